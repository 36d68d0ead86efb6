"""What can be wrong with a request, as typed errors; the API turns each into one problem type."""

from __future__ import annotations

from collections.abc import Sequence

from gis.words import Words


class GovernanceError(Exception):
    """Base of errors a user can act on. ``field`` names the part of the input, ``code`` the kind of fault."""

    code = "invalid"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class InvalidValue(GovernanceError):
    """A value that cannot be meant."""

    code = "invalid-value"


class UnknownCategory(GovernanceError):
    """The category is in no catalogue of this city."""

    code = "unknown-category"


class UnknownOrganisation(GovernanceError):
    """No organisation has this code."""

    code = "unknown-organisation"


class NotOverridden(GovernanceError):
    """There is no person's choice to lift."""

    code = "not-overridden"


class UnknownSystem(GovernanceError):
    """The declared coordinate system is not one GridGov can convert."""

    code = "unknown-coordinate-system"


class ConflictingReport(GovernanceError):
    """The source sent this reference before, with other content."""

    code = "conflicting-report"


class CityMissing(GovernanceError):
    """No city is set up in this database yet."""

    code = "city-missing"


class RulesChanged(GovernanceError):
    """Rules to be changed are not as the caller last saw them. ``stale``: position, code, what is wrong."""

    code = "rule-changed"

    def __init__(self, stale: Sequence[tuple[int, str, Words]]) -> None:
        super().__init__("; ".join(words.en for _, _, words in stale))
        self.stale = stale


class RulesRefused(GovernanceError):
    """A changed rule set would be wrong. ``faults``: position of the change, field, kind, what is wrong."""

    code = "rules-refused"

    def __init__(self, faults: Sequence[tuple[int | None, str | None, str, Words]]) -> None:
        super().__init__("; ".join(words.en for _, _, _, words in faults))
        self.faults = faults


class FileRefused(GovernanceError):
    """A file that is not taken: unknown-kind, damaged or too-many-pixels. ``words`` says why."""

    def __init__(self, code: str, words: Words) -> None:
        super().__init__(words.en, field="file")
        self.code = code
        self.words = words


class AttachmentNotFree(GovernanceError):
    """A photo or file that is named does not exist, was removed, or belongs to something else."""

    code = "attachment-not-free"


class PlaceNotBelieved(GovernanceError):
    """A place a person gives is judged like any other; ``words`` says why it is not believed."""

    def __init__(self, problem: str, words: Words, *, field: str) -> None:
        super().__init__(words.en, field=field)
        self.code = problem.replace("_", "-")
        self.words = words
