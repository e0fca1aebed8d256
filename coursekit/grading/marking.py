"""`coursekit mark`: a marking sheet in the browser, and marks by hand as a table.

The server listens on loopback only. It answers whoever shows the secret of its address and names
the machine as it does itself; it takes marks only from its own page. A mark is in the record
before the reply. Names of students are sent to the page only when it asks for one.
"""

import base64
import csv
import hashlib
import hmac
import json
import re
import secrets
import sqlite3
import sys
import threading
import webbrowser
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from coursekit.errors import CommandError
from coursekit.grading.marks_table import COLUMNS, as_table, from_table
from coursekit.grading.record import NAME, Record
from coursekit.grading.sheet import (
    BadMark,
    Item,
    Sheet,
    all_questions,
    all_submissions,
    answers_to,
    mark_of,
    sheet_of,
    shown,
    submission,
    text_for,
)

PAGE = Path(__file__).with_name("marking.html")
MAX_BODY = 64 * 1024


class Refused(Exception):
    """A request that gets no answer but a message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Marking(ThreadingHTTPServer):
    """The server of the marking sheet, on loopback and a free port.

    Args:
        folder: Of the grades.

    Raises:
        CommandError: There is no record, or nothing in it.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.token = secrets.token_urlsafe(24)
        self._lock = threading.Lock()
        self._stamp: tuple[int, int] | None = None
        self._sheet: Sheet | None = None
        with open_record(folder) as record:
            self.sheet(record)
        page = PAGE.read_text(encoding="utf-8")
        self.page = page.encode()
        self.policy = policy_for(page)
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def address(self) -> str:
        """The page's address, with the secret."""
        return f"http://127.0.0.1:{self.server_port}/?token={self.token}"

    def sheet(self, record: Record) -> Sheet:
        """The answers; read again when there are new results."""
        with self._lock:
            stamp = record.stamp()
            if self._sheet is None or stamp != self._stamp:
                self._sheet = sheet_of(record)
                self._stamp = stamp
            return self._sheet

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up is nothing to report."""
        error = sys.exception() if hasattr(sys, "exception") else sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handle_error(request, client_address)


def open_record(folder: Path) -> Record:
    """The record in a folder of grades.

    Raises:
        CommandError: There is none, or it cannot be read.
    """
    if not (folder / NAME).is_file():
        raise CommandError(
            f"{folder} holds no {NAME}; give the folder that `coursekit grade SUBMISSIONS --out "
            "GRADES` wrote"
        )
    return Record(folder)


def policy_for(page: str) -> str:
    """The content security policy of the page: its own script and style, and nothing else.

    >>> policy_for("<style>a</style><script>b</script>").split("; ")[0]
    "default-src 'none'"
    """
    hashes = {}
    for tag in ("script", "style"):
        (inside,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        sha = hashlib.sha256(inside.encode()).digest()
        hashes[tag] = f"'sha256-{base64.b64encode(sha).decode()}'"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {hashes['script']}",
            f"style-src {hashes['style']}",
            "img-src data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


class _Handler(BaseHTTPRequestHandler):
    """Answers one connection of the page."""

    server: Marking
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each reply waits for the other side's delayed nod
    timeout = 120
    server_version = "coursekit"
    sys_version = ""

    def do_GET(self) -> None:
        """The page, or what it asks for."""
        self._answer(self._get)

    def do_POST(self) -> None:
        """A mark."""
        self._answer(self._post)

    def log_message(self, *args: Any) -> None:
        """Quiet: the address holds the secret."""

    def _answer(self, serve: Any) -> None:
        try:
            self._check_who()
            told = serve()
        except Refused as refused:
            self.close_connection = True
            self._send(refused.status, {"message": str(refused)})
        except BadMark as bad:
            self._send(422, {"message": str(bad)})
        except (CommandError, sqlite3.Error) as error:
            self._send(503, {"message": str(error)})
        else:
            if told is not None:
                self._send(200, told)

    def _check_who(self) -> None:
        port = self.server.server_port
        if self.headers.get("Host") not in (f"127.0.0.1:{port}", f"localhost:{port}"):
            raise Refused(403, "this address is not served here; use the one that was printed")
        query = parse_qs(urlsplit(self.path).query)
        given = self.headers.get("X-Token") or query.get("token", [""])[0]
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self.server.token.encode()):
            raise Refused(
                403, "the secret is missing or old; open the address that `coursekit mark` printed"
            )

    def _get(self) -> Any:
        split = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(split.query).items()}
        if split.path == "/":
            self._write(200, "text/html; charset=utf-8", self.server.page)
            return None
        with open_record(self.server.folder) as record:
            sheet, given = self.server.sheet(record), record.hand_marks()
            if split.path == "/api/questions":
                return all_questions(sheet, given)
            if split.path == "/api/answers":
                told = answers_to(sheet, given, asked.get("exercise", ""), asked.get("answer", ""))
            elif split.path == "/api/text":
                told = self._text(record, self._item(sheet, asked.get("id")))
            elif split.path == "/api/name":
                item = self._item(sheet, asked.get("id"))
                told = {"student": shown(item.student), "submission": sheet.submission_of(item)}
            elif split.path == "/api/submissions":
                return all_submissions(sheet, given)
            elif split.path == "/api/submission":
                told = submission(sheet, given, asked.get("id", ""))
            else:
                told = None
        if told is None:
            raise Refused(404, "there is no such thing here any more; load the page again")
        return told

    def _text(self, record: Record, item: Item) -> dict[str, Any]:
        result = record.latest_of(item.student, item.exercise)
        marks = result.marks if result else ()
        text = next((mark.text for mark in marks if mark.answer == item.mark.answer), "")
        return text_for(item, text)

    def _post(self) -> Any:
        origin, site = self.headers.get("Origin"), self.headers.get("Sec-Fetch-Site")
        if origin != f"http://{self.headers.get('Host')}" or site not in (None, "same-origin"):
            raise Refused(403, "marks are taken from the marking sheet's own page only")
        body = self._body()
        path = urlsplit(self.path).path
        with open_record(self.server.folder) as record:
            item = self._item(self.server.sheet(record), body.get("id"))
            if path == "/api/mark":
                seen = body.get("seen")
                seen = (
                    seen if isinstance(seen, str) and re.fullmatch("[0-9a-f]{16}", seen) else None
                )
                mark = mark_of(item, body.get("points"), body.get("reason", ""), seen)
                record.mark(mark)
                return {"points": mark.points, "reason": mark.reason}
            if path == "/api/withdraw":
                record.withdraw(*item.key)
                return {"points": None, "reason": ""}
        raise Refused(404, "there is no such thing here any more; load the page again")

    def _body(self) -> dict[str, Any]:
        if self.headers.get_content_type() != "application/json":
            raise Refused(415, "a mark must come as application/json")
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit() or int(length) > MAX_BODY:
            raise Refused(413, f"a mark must say its length, of at most {MAX_BODY} bytes")
        try:
            body = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError):
            raise Refused(400, "a mark must be a JSON object") from None
        if not isinstance(body, dict):
            raise Refused(400, "a mark must be a JSON object")
        return body

    def _item(self, sheet: Sheet, name: Any) -> Item:
        item = sheet.items.get(name) if isinstance(name, str) else None
        if item is None:
            raise Refused(
                404, "this answer is not in the record any more; load the page again to go on"
            )
        return item

    def _send(self, status: int, told: Any) -> None:
        self._write(status, "application/json", json.dumps(told).encode())

    def _write(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", self.server.policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cache-Control", "no-store")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


def run(
    grades: str | Path,
    *,
    no_browser: bool = False,
    exported: Path | None = None,
    imported: Path | None = None,
) -> int:
    """Mark by hand: in the browser until Ctrl-C, or by a table.

    Args:
        grades: The folder that `coursekit grade` wrote.
        no_browser: Only print the address.
        exported: Write the marks to this new file instead, and what waits for one.
        imported: Take marks from this file instead; all of them or, if a line is bad, none.

    Returns:
        The exit code: 0 is done.

    Raises:
        CommandError: There is no record, a file cannot be read or written, or a line is bad.
    """
    folder = Path(grades)
    if exported is not None:
        return _export(folder, exported)
    if imported is not None:
        return _import(folder, imported)
    with Marking(folder) as server, suppress(KeyboardInterrupt):
        print(f"The marking sheet is at {server.address}")
        print("Leave this window open. Press Ctrl-C here to stop.", flush=True)
        if not no_browser:
            webbrowser.open(server.address)
        server.serve_forever()
    with open_record(folder) as record:
        questions = all_questions(sheet_of(record), record.hand_marks())
    marked, count = (sum(one[name] for one in questions) for name in ("marked", "count"))
    print(f"\nStopped. {marked} of {count} answers are marked; the marks are in {folder / NAME}.")
    return 0


def _export(folder: Path, path: Path) -> int:
    with open_record(folder) as record:
        given = record.hand_marks()
        rows = as_table(sheet_of(record), given)
    try:
        # The mark at the beginning tells a spreadsheet that this is UTF-8.
        with path.open("x", encoding="utf-8-sig", newline="", errors="replace") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(rows)
    except FileExistsError:
        raise CommandError(f"{path} exists, and is not overwritten; name a new file") from None
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}", 1) from None
    print(f"{path}: {len(given)} marks given by hand, {len(rows) - len(given)} answers that wait")
    return 0


def _import(folder: Path, path: Path) -> int:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise CommandError(
            f"{path}, line {line}: not UTF-8; save it from the spreadsheet as CSV UTF-8"
        ) from None
    with open_record(folder) as record:
        given = record.hand_marks()
        marks, bad, same = from_table(text, sheet_of(record), given)
        if bad:
            raise CommandError(
                "\n".join((f"{path} has {len(bad)} bad lines:", *bad))
                + "\nNo line was taken. Mend these and import the file again."
            )
        record.mark(*marks)
    print(f"{len(marks)} marks were taken from {path}; {same} lines said nothing new")
    return 0
