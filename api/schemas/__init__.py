"""What the answers hold. Names are those of the columns of the CSV files; months are `YYYY-MM`, times are UTC."""

from api.schemas.alerts import AlertItem, AlertWithEvidence, AnnotationItem, CategoryItem, WrittenNote
from api.schemas.base import ItemSchema, MonthText, Page, counted
from api.schemas.context import CauseItem, EventItem, EventWithAlerts, GroupItem, HypothesisItem
from api.schemas.counts import CountItem, CountsOfProject, HistoryOfProject
from api.schemas.rules import DetectorItem, MetricItem, MonthItem, ParameterItem, PolicyItem, StatusItem
from api.schemas.wikis import FamilyItem, LanguageItem, ProjectItem

__all__ = [
    "EventItem",
    "EventWithAlerts",
    "GroupItem",
    "HypothesisItem",
    "CauseItem",
    "AlertItem",
    "AlertWithEvidence",
    "AnnotationItem",
    "CategoryItem",
    "CountItem",
    "CountsOfProject",
    "DetectorItem",
    "FamilyItem",
    "HistoryOfProject",
    "ItemSchema",
    "LanguageItem",
    "MetricItem",
    "MonthItem",
    "MonthText",
    "Page",
    "ParameterItem",
    "PolicyItem",
    "ProjectItem",
    "StatusItem",
    "WrittenNote",
    "counted",
]
