"""What an operator can set, by environment variables that start with ``GRIDGOV_``.

Read only where the program starts (a command, or whoever calls ``create_app``); all below gets plain values.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gis.fallback_places import Rule
from governance.access.claims import ClaimRule
from governance.access.sessions import SessionRules
from governance.reports.mail_plan import MailPlan, Security
from governance.supervision.alarm_limits import AlarmLimits
from governance.task_plan import TaskPlan
from governance.webhooks.plan import WebhookPlan
from grid_data.attachment_files import Bucket

if TYPE_CHECKING:
    from governance.attachments.content import FileLimits
    from governance.incidents.duplicates import DuplicateRule

__all__ = ["Settings"]


class Settings(BaseSettings):
    """Settings of one installation; an empty variable counts as not set."""

    model_config = SettingsConfigDict(env_prefix="GRIDGOV_", env_ignore_empty=True, frozen=True)

    database_url: Annotated[
        str | None,
        Field(
            description="Address of an external PostgreSQL with PostGIS; without it a private cluster is used"
        ),
    ] = None
    home: Annotated[Path, Field(description="Folder of the private cluster and other local state")] = Path(
        ".gridgov"
    )
    host: Annotated[str, Field(description="Address the server listens on")] = "127.0.0.1"
    port: Annotated[
        int, Field(ge=0, le=65535, description="Port the server listens on; 0 takes a free one")
    ] = 8000
    access: Annotated[
        Literal["accounts", "open"],
        Field(
            description="`accounts`: people sign in and see what they may; "
            "`open`: whoever reaches the server may do everything, on this machine only"
        ),
    ] = "accounts"
    public_url: Annotated[
        str | None,
        Field(
            pattern=r"^https?://[^/\s]+(/[^\s]*)?$",
            description="Address by which browsers reach the server, for single sign-on and behind a proxy",
        ),
    ] = None
    session_idle_minutes: Annotated[
        int, Field(ge=1, le=43_200, description="After how many minutes without a request a session ends")
    ] = 480
    session_hours: Annotated[
        int, Field(ge=1, le=8_760, description="After how many hours a session ends at the latest")
    ] = 168
    oidc_issuer: Annotated[
        str | None, Field(description="Provider of single sign-on (OpenID Connect), as its tokens state it")
    ] = None
    oidc_client_id: Annotated[str | None, Field(description="What the provider knows this server by")] = None
    oidc_client_secret: Annotated[
        SecretStr | None, Field(description="Its secret there; without one it is a public client")
    ] = None
    oidc_scope: Annotated[str, Field(description="What is asked of the provider")] = "openid profile email"
    oidc_name: Annotated[str, Field(description="What the button is called")] = "OpenID Connect"
    oidc_name_claim: Annotated[str, Field(description="Claim that names a new account")] = (
        "preferred_username"
    )
    oidc_person_claim: Annotated[
        str | None, Field(description="Claim with the code of a person, for scopes of posts")
    ] = None
    oidc_grants: Annotated[
        tuple[ClaimRule, ...], Field(description="Which claims give which roles where, as JSON")
    ] = ()
    fallback_incidents: Annotated[
        int, Field(ge=2, description="Least number of incidents at a coordinate that is looked at")
    ] = 20
    fallback_share: Annotated[
        float, Field(ge=0, le=1, description="Least share of all incidents with a place, for the same")
    ] = 0.00005
    fallback_addresses: Annotated[
        float,
        Field(gt=1, description="Least effective number of different addresses at a fallback coordinate"),
    ] = 8.0
    fallback_contradicting: Annotated[
        float, Field(gt=0, le=1, description="Least share of addresses that contradict a fallback coordinate")
    ] = 0.5

    worker: Annotated[bool, Field(description="Whether `gridgov up` does background tasks itself")] = True
    check_places_at: Annotated[
        str, Field(description="When places are checked: a cron expression in the city's time zone")
    ] = "10 3 * * *"

    evaluation_days: Annotated[
        int, Field(ge=1, le=365, description="After how many days without an evaluation a case lapses")
    ] = 7
    lapse_at: Annotated[
        str, Field(description="When lapsed evaluations are looked for: a cron expression, the same")
    ] = "*/10 * * * *"
    escalate_late: Annotated[
        bool, Field(description="Whether a late case rises a level; otherwise the level above is only told")
    ] = True
    attachments: Annotated[
        str | None,
        Field(
            description="Where photos and files lie: a folder, or `s3://bucket/prefix`; "
            "without it `attachments` in `GRIDGOV_HOME`"
        ),
    ] = None
    s3_endpoint: Annotated[str | None, Field(description="Address of an S3-compatible store")] = None
    s3_region: Annotated[str, Field(description="Its region")] = "us-east-1"
    s3_access_key: Annotated[str | None, Field(description="Key to it")] = None
    s3_secret_key: Annotated[SecretStr | None, Field(description="And the secret of that key")] = None
    attachment_mb: Annotated[float, Field(gt=0, le=200, description="Largest file taken, in megabytes")] = (
        20.0
    )
    attachment_megapixels: Annotated[
        float, Field(gt=0, le=170, description="Largest picture taken, in million pixels")
    ] = 64.0
    attachment_edge: Annotated[
        int, Field(ge=320, le=16000, description="Longest edge of pictures as kept, in pixels")
    ] = 2560
    attachment_orphan_hours: Annotated[
        int, Field(ge=1, description="After how many hours a file is removed that nothing names")
    ] = 72

    duplicate_distance_m: Annotated[
        float, Field(gt=0, le=5000, description="Incidents farther apart are not held to be one, in metres")
    ] = 100.0
    duplicate_days: Annotated[float, Field(gt=0, le=366, description="Nor those reported farther apart")] = (
        14.0
    )
    duplicate_score: Annotated[
        float, Field(ge=0, le=1, description="Score from which on an incident is suggested as a duplicate")
    ] = 0.5

    alarm_unassigned: Annotated[
        int, Field(ge=1, description="Open incidents that nobody has yet, from which on the alarm is raised")
    ] = 100
    alarm_near_due: Annotated[
        int, Field(ge=1, description="Open incidents that are due soon, for the same")
    ] = 100

    export_folder: Annotated[
        Path | None,
        Field(description="Where files lie while they are made; without it `exports` in `GRIDGOV_HOME`"),
    ] = None
    webhook_private: Annotated[
        bool, Field(description="Whether webhooks may go to addresses inside the house, and by plain HTTP")
    ] = False
    smtp_host: Annotated[str | None, Field(description="Mail server; without it no e-mail is sent")] = None
    smtp_port: Annotated[int, Field(ge=1, le=65535, description="Its port")] = 587
    smtp_security: Annotated[
        Security, Field(description="`starttls`, `tls` (from the first byte) or `none`")
    ] = "starttls"
    smtp_user: Annotated[str | None, Field(description="Name to sign in there with")] = None
    smtp_password: Annotated[SecretStr | None, Field(description="And its password")] = None
    mail_from: Annotated[str, Field(description="Sender of e-mails")] = "gridgov@localhost"
    report_at: Annotated[
        str, Field(description="When weekly reports are due: a cron expression in the city's time zone")
    ] = "0 7 * * 1"
    report_font: Annotated[
        Path | None,
        Field(description="Font of PDF reports, with Chinese characters; without it one that is installed"),
    ] = None

    @field_validator("attachments")
    @classmethod
    def _is_a_place(cls, text: str | None) -> str | None:
        scheme, colon, rest = (text or "").partition("://")
        if colon and (scheme != "s3" or not rest.strip("/")):
            raise ValueError("a folder, or s3://bucket/prefix")
        return text

    @field_validator("check_places_at", "lapse_at", "report_at")
    @classmethod
    def _is_cron(cls, text: str) -> str:
        from croniter import croniter

        if not croniter.is_valid(text):
            raise ValueError("not a cron expression, for example 10 3 * * *")
        return text

    @model_validator(mode="after")
    def _is_open_here_only(self) -> Self:
        if self.access == "open" and self.host not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError("GRIDGOV_ACCESS=open: the server may listen on 127.0.0.1 only")
        return self

    @property
    def session_rules(self) -> SessionRules:
        """How long sessions last."""
        return SessionRules(idle_s=self.session_idle_minutes * 60.0, longest_s=self.session_hours * 3600.0)

    @property
    def fallback_rule(self) -> Rule:
        """When a shared coordinate is held to be a fallback."""
        return Rule(
            min_incidents=self.fallback_incidents,
            min_share=self.fallback_share,
            min_addresses=self.fallback_addresses,
            min_contradicting=self.fallback_contradicting,
        )

    @property
    def attachment_place(self) -> Path | Bucket:
        """Where photos and files lie."""
        if self.attachments is None:
            return self.home.absolute() / "attachments"
        scheme, colon, rest = self.attachments.partition("://")
        if not colon:
            return Path(scheme)
        name, _, prefix = rest.partition("/")
        return Bucket(
            name=name,
            prefix=prefix.strip("/"),
            endpoint=self.s3_endpoint,
            region=self.s3_region,
            access_key=self.s3_access_key,
            secret_key=self.s3_secret_key.get_secret_value() if self.s3_secret_key else None,
        )

    @property
    def export_place(self) -> Path:
        """Where files lie while they are made."""
        return self.export_folder or self.home.absolute() / "exports"

    @property
    def alarm_limits(self) -> AlarmLimits:
        """When the queue is too long."""
        return AlarmLimits(unassigned=self.alarm_unassigned, near_due=self.alarm_near_due)

    @property
    def file_limits(self) -> FileLimits:
        """How large files may be."""
        # Loaded by servers: every command reads settings.
        from governance.attachments.content import FileLimits

        return FileLimits(
            max_bytes=int(self.attachment_mb * 1e6),
            max_pixels=int(self.attachment_megapixels * 1e6),
            max_edge=self.attachment_edge,
        )

    @property
    def duplicate_rule(self) -> DuplicateRule:
        """Which incidents are suggested as duplicates."""
        from governance.incidents.duplicates import DuplicateRule

        return DuplicateRule(
            distance_m=self.duplicate_distance_m, days=self.duplicate_days, least_score=self.duplicate_score
        )

    @property
    def task_plan(self) -> TaskPlan:
        """What is due in the background."""
        return TaskPlan(
            rule=self.fallback_rule,
            check_places_at=self.check_places_at,
            lapse_at=self.lapse_at,
            silence=self.silence,
            escalate_late=self.escalate_late,
            attachments=self.attachment_place,
            orphan_hours=self.attachment_orphan_hours,
            alarm_limits=self.alarm_limits,
            webhooks=WebhookPlan(private=self.webhook_private),
            mail=self.mail_plan,
            open_access=self.access == "open",
        )

    @property
    def mail_plan(self) -> MailPlan:
        """By which server e-mail goes out, and when the weekly report is due."""
        return MailPlan(
            host=self.smtp_host,
            port=self.smtp_port,
            security=self.smtp_security,
            user=self.smtp_user,
            password=self.smtp_password.get_secret_value() if self.smtp_password else None,
            sender=self.mail_from,
            report_at=self.report_at,
            font=self.report_font,
            public_url=self.public_url,
        )

    @property
    def silence(self) -> timedelta:
        """After how long without an evaluation a case lapses."""
        return timedelta(days=self.evaluation_days)

    @property
    def cluster_root(self) -> Path:
        """Folder of the private cluster."""
        return self.home.absolute() / "postgres"
