"""The words of the field, as stored; labels are translated for the screen."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person may do beside being an employee and somebody's superior."""

    HR = "hr", _("HR")
    OBSERVER = "observer", _("Observer")
    ADMIN = "admin", _("Administrator")


class PersonKind(models.TextChoices):
    PNS = "pns", "PNS"
    PPPK = "pppk", "PPPK"
    # Mayors and regents rate but are not appraised (PermenPANRB 6/2022 covers PNS and PPPK only).
    OFFICIAL = "official", _("State official")


class PostKind(models.TextChoices):
    STATE_OFFICIAL = "state_official", _("State official")
    JPT_MADYA = "jpt_madya", "JPT Madya"
    JPT_PRATAMA = "jpt_pratama", "JPT Pratama"
    ADMINISTRATOR = "administrator", _("Administrator post")
    PENGAWAS = "pengawas", _("Supervisor post")
    PELAKSANA = "pelaksana", _("Executive post")
    FUNGSIONAL = "fungsional", _("Functional post")


class ActingKind(models.TextChoices):
    PLT = "plt", "Plt."  # the post is vacant
    PLH = "plh", "Plh."  # its holder is away


class CycleStatus(models.TextChoices):
    DRAFT = "draft", _("In preparation")
    OPEN = "open", _("Running")
    CLOSED = "closed", _("Closed")


class StageKind(models.TextChoices):
    """The stages whose dates HR sets and extends."""

    PLANNING = "planning", _("Planning")
    CHECKIN = "checkin", _("Check-in")
    SELF_ASSESSMENT = "self_assessment", _("Self-assessment")
    REVIEW = "review", _("Supervisor review")
    FINAL = "final", _("Final approval")


class DocumentKind(models.TextChoices):
    PLAN = "plan", _("Performance plan (SKP)")
    CHECKIN = "checkin", _("Check-in")
    SELF_ASSESSMENT = "self_assessment", _("Self-assessment")
    RATING = "rating", _("Rating")
    OBJECTION = "objection", _("Objection")
    EXPLANATION = "explanation", _("Explanation of the rater")
    STATEMENT = "statement", _("Statement of the employee")
    DECISION = "decision", _("Decision on the objection")

    @classmethod
    def of_segment(cls) -> frozenset["DocumentKind"]:
        """Kinds that belong to a stretch in one posting; the others belong to the year."""
        return frozenset({cls.PLAN, cls.CHECKIN})


class AbsenceKind(models.TextChoices):
    """Longer absences. Whoever is away for one of `without_planning_duty` has no plan to make."""

    UNPAID_LEAVE = "unpaid_leave", _("Leave outside the State's dependants (CLTN)")
    STUDY = "study", _("Study assignment")
    PRE_RETIREMENT = "pre_retirement", _("Pre-retirement period (MPP)")
    SUSPENDED = "suspended", _("Temporary dismissal")
    SECONDMENT = "secondment", _("Secondment to another body")
    LONG_LEAVE = "long_leave", _("Long leave")

    @classmethod
    def without_planning_duty(cls) -> frozenset["AbsenceKind"]:
        """PermenPANRB 8/2021, kept as the default: who plans nothing is excluded, with this."""
        return frozenset(
            {cls.UNPAID_LEAVE, cls.STUDY, cls.PRE_RETIREMENT, cls.SUSPENDED, cls.SECONDMENT}
        )


class StaffChangeKind(models.TextChoices):
    """What happens to people in mid-year; each is one act with a date and a letter."""

    POST = "post", _("Move to another post (mutasi)")
    ABSENCE = "absence", _("Leave, study, secondment")
    RETURN = "return", _("Return from an absence")
    RETIREMENT = "retirement", _("Retirement")
    DISMISSAL = "dismissal", _("Dismissal")
    DEATH = "death", _("Death")
    AGENCY = "agency", _("Move to another agency")


class JobKind(models.TextChoices):
    """Long work that a worker does while a page shows its progress."""

    IMPORT_CHECK = "import_check", _("Checking the file")
    IMPORT_APPLY = "import_apply", _("Applying the import")
    IMPORT_UNDO = "import_undo", _("Undoing the import")
    REHEARSAL = "rehearsal", _("Rehearsing the opening")
    OPENING = "opening", _("Opening the cycle")
    CLOSING = "closing", _("Closing the cycle")
    ARCHIVING = "archiving", _("Archiving the cycle")
    CYCLE_CHANGE = "cycle_change", _("Changing a running cycle")
    CALENDAR = "calendar", _("Counting deadlines again")
    INVITING = "inviting", _("Sending invitations")
    SEATS = "seats", _("Passing items on to new superiors")


class JobState(models.TextChoices):
    WAITING = "waiting", _("Waiting for a worker")
    RUNNING = "running", _("In progress")
    DONE = "done", _("Done")
    FAILED = "failed", _("Could not be done")


class ImportState(models.TextChoices):
    READING = "reading", _("Being checked")
    CHECKED = "checked", _("Checked")
    APPLYING = "applying", _("Being applied")
    APPLIED = "applied", _("Applied")
    UNDONE = "undone", _("Undone")
    DISCARDED = "discarded", _("Discarded")
    FAILED = "failed", _("Unreadable")


class RowOutcome(models.TextChoices):
    """What a dry run says of a row, and what applying it did."""

    ADDED = "added", _("Added")
    CHANGED = "changed", _("Changed")
    MOVED = "moved", _("Moved")
    CLOSED = "closed", _("Closed")
    SAME = "same", _("Unchanged")
    FAULTY = "faulty", _("Faulty")


class Severity(models.TextChoices):
    """Of a finding of the rehearsal: an error keeps the cycle from opening without a reason."""

    ERROR = "error", _("Error")
    WARNING = "warning", _("Warning")
    NOTE = "note", _("Note")
