"""Forms for what people write."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.lifecycle import Move, moves_for_people
from alerts.models import MAX_LABEL_LENGTH, Alert, Category
from annotations.models import MAX_LENGTH, MIN_LENGTH, Annotation, Report
from annotations.services import STEPS
from annotations.validators import validate_link
from curation.history import at_version
from curation.seen_version import SeenVersionMixin, merge
from database.validators import validate_text

STEP_LABELS = {"approve": _("approve"), "reject": _("reject"), "remove": _("remove")}
TEXT_ATTRIBUTES = {"rows": 3, "cols": 60, "minlength": MIN_LENGTH, "maxlength": MAX_LENGTH, "dir": "auto"}


class CountedAsStored(forms.CharField):
    """Text whose line breaks count as one character each, as they are stored, though browsers send two."""

    def to_python(self, value: Any) -> Any:
        cleaned = super().to_python(value)
        return cleaned.replace("\r\n", "\n") if isinstance(cleaned, str) else cleaned


class AnnotationForm(SeenVersionMixin):
    """Text and link; nothing else that is sent is read."""

    text = CountedAsStored(
        label=_("What happened?"),
        widget=forms.Textarea(attrs=TEXT_ATTRIBUTES),
        min_length=MIN_LENGTH,
        max_length=MAX_LENGTH,
        help_text=_("10 to 500 characters, in any language."),
    )
    link = forms.CharField(
        label=_("Link"),
        required=False,
        max_length=500,
        widget=forms.URLInput(attrs={"class": "vURLField", "placeholder": "https://", "dir": "ltr"}),
        help_text=_("Where it can be read up, if anywhere."),
    )

    class Meta:
        model = Annotation
        fields = ("text", "link")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.instance.pk and self.has_changed():
            self.check_seen_version()
        return cleaned

    def conflict_message(self, current: Annotation, seen: int) -> Any:
        before = current.history.filter(version__gt=seen).order_by("-history_date", "-history_id").first()
        return format_html(
            "{}<blockquote dir='auto'>{}<br>{}</blockquote>{}",
            gettext("This note was changed meanwhile by %(name)s; it now reads (%(status)s):")
            % {
                "name": getattr(before, "history_user", None) or "–",
                "status": current.get_status_display(),
            },
            current.text,
            current.link,
            gettext("What you typed is still here. Save again to put it in place."),
        )


class ReviewForm(AnnotationForm):
    """A reviewer's: words and a step, saved together; “edit and approve” is both."""

    step = forms.ChoiceField(label=_("decision"), required=False)
    reason = forms.CharField(
        label=_("reason"), required=False, max_length=300, help_text=_("The author reads it. Needed to reject or to remove.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.possible = [name for name, step in STEPS.items() if self.instance.pk and self.instance.status in step]
        field: Any = self.fields["step"]
        field.choices = [("", "–"), *((name, STEP_LABELS[name]) for name in self.possible)]

    @property
    def chosen_step(self) -> str:
        """The step that was chosen: from the list inside an alert, or by a button on the annotation's own page."""
        return self.cleaned_data.get("step") or ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.instance.pk and set(self.changed_data) == {"reason"}:
            self.add_error("reason", gettext("A reason alone changes nothing: decide, or change the words."))
        if self.chosen_step and self.instance.pk:
            status = Annotation.objects.values_list("status", flat=True).get(pk=self.instance.pk)
            if status not in STEPS[self.chosen_step]:
                shown = Annotation.Status(status).label
                message = gettext("A note that is “%(status)s” cannot be changed this way.")
                self.add_error(None, message % {"status": shown})
        if self.chosen_step in {"reject", "remove"} and not (cleaned.get("reason") or "").strip():
            self.add_error("reason", ValidationError(gettext("Say why: the author will read it.")))
        return cleaned


class ReviewPageForm(ReviewForm):
    """The annotation's own page, where the alert can be explained in the same step."""

    EXPLAIN = "explain"
    cause = forms.ModelChoiceField(
        Category.objects.all(), label=_("cause"), required=False, help_text=_("To approve and explain: the kind of cause.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "approve" in self.possible:
            field: Any = self.fields["step"]
            field.choices = [*field.choices, (self.EXPLAIN, _("approve and explain"))]

    @property
    def chosen_step(self) -> str:
        return "approve" if self.explains else super().chosen_step

    @property
    def explains(self) -> bool:
        """Whether the alert is explained by the annotation that is approved."""
        return bool(self.cleaned_data.get("step") == self.EXPLAIN)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        alert = self.instance.alert
        if self.explains and Move.EXPLAIN not in moves_for_people(alert.status):
            text = gettext("The alert is “%(status)s” and cannot be explained: only approve the note.")
            self.add_error(None, text % {"status": alert.get_status_display()})
        elif self.explains and not cleaned.get("cause"):
            self.add_error("cause", gettext("Choose the kind of cause that explains this alert."))
        if cleaned.get("cause") and not self.explains:
            self.add_error("cause", gettext("A cause alone changes nothing: approve and explain, or leave it empty."))
        return cleaned


class ReportDecisionForm(forms.ModelForm):
    """What to do about a report: dismiss it, change the annotation, or take the annotation off."""

    text = CountedAsStored(
        label=_("Note"),
        widget=forms.Textarea(attrs=TEXT_ATTRIBUTES),
        min_length=MIN_LENGTH,
        max_length=MAX_LENGTH,
        validators=[validate_text],
    )
    link = forms.CharField(label=_("Link"), required=False, max_length=500, validators=[validate_link])
    resolution = forms.CharField(
        label=_("answer"), required=False, max_length=300, help_text=_("Reporter and author read it. Needed to remove.")
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Report
        fields = ("resolution",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        note = self.instance.annotation
        self.initial.update(text=note.text, link=note.link, seen_version=note.version)
        if not self.is_bound and self.instance.status != Report.Status.OPEN:  # what was typed meanwhile comes back, though
            for field in self.fields.values():
                field.disabled = True

    @property
    def decision(self) -> str:
        name = self.data.get("_decide", "")
        return name if name in {"dismiss", "edit", "remove"} else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        report = Report.objects.select_for_update().select_related("resolved_by").get(pk=self.instance.pk)
        note = Annotation.objects.select_for_update().get(pk=self.instance.annotation_id)
        if report.status != Report.Status.OPEN:
            self.add_error(None, gettext("%(name)s has already resolved this report.") % {"name": report.resolved_by})
        elif cleaned.get("seen_version") != note.version:
            base = at_version(note, cleaned.get("seen_version"))
            words = {"text": note.text, "link": note.link}
            seen = {"text": base.text, "link": base.link} if base else {}
            merge(self, base=seen, now=words, seen_version=note.version)
            text = gettext("The note was changed meanwhile; it now reads:")
            again = gettext("What you typed is still here. Save again to put it in place.")
            self.add_error(
                None, ValidationError(format_html("{}<blockquote dir='auto'>{}</blockquote>{}", text, note.text, again))
            )
        elif not self.decision:
            self.add_error(None, gettext("Choose what to do about the report. What you typed is still here."))
        if self.decision == "remove" and not (cleaned.get("resolution") or "").strip():
            self.add_error("resolution", gettext("Say why: the author will read it."))
        return cleaned


class ReportForm(forms.Form):
    reason = forms.CharField(
        label=_("What is wrong with it?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60, "maxlength": 300, "dir": "auto"}),
    )


class LabelForm(forms.Form):
    """Category and label of an alert, from the public pages."""

    category = forms.ModelChoiceField(Category.objects.all(), label=_("Kind of cause"), required=False, to_field_name="slug")
    label = forms.CharField(
        label=_("Label"), max_length=MAX_LABEL_LENGTH, required=False, widget=forms.TextInput(attrs={"dir": "auto"})
    )
    version = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=1,
        error_messages={"required": _("The version that was seen is missing: load the page again.")},
    )

    @staticmethod
    def as_sent(alert: Any) -> dict[str, str]:
        """Category and label of `alert` (or of a row of its history) as a browser sends them."""
        return {"category": alert.category.slug if alert.category_id else "", "label": alert.label}

    def add_conflict_error(self, current: Alert) -> None:
        """Somebody else changed the alert: say how it is now, and let saving again put in place what was typed."""
        base = at_version(current, self.cleaned_data.get("version"))
        merge(self, base=self.as_sent(base) if base else {}, now=self.as_sent(current), version=current.version)
        text = gettext(
            "This alert was changed meanwhile; it now says: %(category)s; %(label)s. What you typed is still here. Save again "
            "to put it in place."
        )
        self.add_error(None, text % {"category": current.category or "–", "label": current.label or "–"})
