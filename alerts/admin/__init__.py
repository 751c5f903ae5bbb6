"""Alerts in the admin: the list and the page of an alert (`alerts`), and the rules that raise them (`policies`)."""

from alerts.admin.alerts import AlertAdmin, CategoryAdmin
from alerts.admin.policies import DetectionPolicyAdmin

__all__ = ["AlertAdmin", "CategoryAdmin", "DetectionPolicyAdmin"]
