"""A report as an e-mail, and the e-mail on its way."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from governance.reports.facts import ReportFacts
from governance.reports.mail_plan import MailPlan
from grid_data.exporters.columns import Language

__all__ = ["MailFailed", "report_message", "send_mail"]

FIGURES = {
    "zh": {"total": "事件", "open": "未结", "overdue": "超时", "due_soon": "即将到期", "urgent": "紧急"},
    "en": {
        "total": "incidents",
        "open": "open",
        "overdue": "overdue",
        "due_soon": "due soon",
        "urgent": "urgent",
    },
}


class MailFailed(Exception):
    """The server did not take a message; ``lasting``: it will not take it later either."""

    def __init__(self, why: str, *, lasting: bool = False) -> None:
        super().__init__(why)
        self.lasting = lasting


def report_message(
    plan: MailPlan,
    recipient: str,
    facts: ReportFacts,
    pdf: bytes,
    language: Language,
    *,
    key: str,
    file_name: str,
) -> EmailMessage:
    """The message: the figures as text, the report attached.

    Parameters
    ----------
    key
        Makes the Message-ID: the same report has the same one, however often it is sent.
    """
    message = EmailMessage()
    title = getattr(facts.about.title, language)
    message["Subject"] = title
    message["From"] = plan.sender
    message["To"] = recipient
    message["Date"] = format_datetime(facts.about.at)
    message["Message-ID"] = f"<{key}@{plan.sender.rpartition('@')[2] or 'gridgov'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_text(title, facts.figures, facts.about.facts(language), plan.public_url, language))
    message.add_attachment(pdf, maintype="application", subtype="pdf", filename=file_name)
    return message


def _text(
    title: str, figures: Mapping[str, Any], told: Mapping[str, str], address: str | None, language: Language
) -> str:
    lines = [title, ""]
    lines += [f"{name}: {figures[key]:,}" for key, name in FIGURES[language].items()]
    lines += ["", *(f"{name}: {value}" for name, value in told.items() if value)]
    if address:
        lines += ["", address]
    return "\n".join(lines) + "\n"


async def send_mail(plan: MailPlan, message: EmailMessage) -> None:
    """Hand a message to the server.

    Raises
    ------
    MailFailed
        It was not taken.
    """
    import aiosmtplib

    try:
        await aiosmtplib.send(
            message,
            hostname=plan.host,
            port=plan.port,
            username=plan.user,
            password=plan.password,
            use_tls=plan.security == "tls",
            start_tls=plan.security == "starttls",
            timeout=plan.patience_s,
        )
    except aiosmtplib.SMTPRecipientsRefused as refused:
        codes = [each.code for each in refused.recipients]
        raise MailFailed(_short(refused), lasting=bool(codes) and min(codes) >= 500) from None
    except aiosmtplib.SMTPResponseException as refused:
        raise MailFailed(_short(refused)) from None
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        raise MailFailed(_short(error)) from None


def _short(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]
