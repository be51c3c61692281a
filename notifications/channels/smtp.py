"""E-mail over Django's mail backend: one connection for many mails, failures told apart."""

from __future__ import annotations

import smtplib
from types import TracebackType
from typing import Any, Final

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.message import BadHeaderError

from notifications.exceptions import TransportError

# RFC 5321 4.2.1: service not available, mailbox busy, local error, too little storage, cannot
# take the parameters now; RFC 4954: a temporary failure of authentication.
RETRYABLE_CODES: Final = frozenset({421, 450, 451, 452, 454, 455})


class Mailer:
    """Sends mails; as a context manager it keeps one connection and closes it at the end."""

    def __init__(self) -> None:
        self._connection: Any = get_connection(fail_silently=False)

    def __enter__(self) -> Mailer:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._hang_up()

    def send(self, message: EmailMultiAlternatives) -> None:
        """Hand the mail to the server. Raises TransportError when it was not taken."""
        try:
            self._connection.open()
        except (smtplib.SMTPException, OSError) as error:
            # Whatever refuses us before the first mail (a wrong password too) refuses every mail.
            self._hang_up()
            raise TransportError(_told(error), permanent=False, is_general=True) from error
        try:
            self._connection.send_messages([message])
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise _refused(code, text) from error
        except smtplib.SMTPSenderRefused as error:
            # Our own address is not liked: no recipient can do anything about that.
            self._hang_up()
            raise TransportError(_told(error), permanent=False, is_general=True) from error
        except smtplib.SMTPDataError as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except (BadHeaderError, UnicodeError, smtplib.SMTPNotSupportedError) as error:
            raise TransportError(_told(error), permanent=True) from error
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            raise TransportError(_told(error), permanent=False, is_general=True) from error

    def _hang_up(self) -> None:
        self._connection.close()


def _refused(code: int, text: bytes | str) -> TransportError:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    is_general = code == 421  # the server is closing the channel
    return TransportError(
        f"{code} {words}", permanent=code not in RETRYABLE_CODES, is_general=is_general
    )


def _told(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        text = error.smtp_error
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        return f"{error.smtp_code} {words}"
    return f"{type(error).__name__}: {error}"
