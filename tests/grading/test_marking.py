"""The marking sheet: who may ask, what may be given, and that it is in the record at once."""

import csv
import http.client
import json
import re
import threading
import time

import pytest

from coursekit import cli
from coursekit.errors import CommandError
from coursekit.grading import marking
from coursekit.grading.causes import Cause
from coursekit.grading.judge import Mark
from coursekit.grading.marking import PAGE, Marking, policy_for
from coursekit.grading.marks_table import as_table, from_table
from coursekit.grading.record import HandMark, Record, merged
from coursekit.grading.report import Result
from coursekit.grading.sheet import BadMark, Item, Sheet, digest, mark_of, points_of, sheet_of

QUIZ = "quiz_recurrent_networks"
HOSTILE = "<script>alert(1)</script> </script><img src=x onerror=alert(1)> =1+1"


def result(student, text="because", found=1.0):
    marks = (
        Mark("q_1997", found, 2.0, Cause.WRONG, ("not this <year>",), (("a", 1, 1), ("b", 0, 1))),
        Mark(
            "q_context", 0.0, 3.0, Cause.NEEDS_MARKING, ("a person marks this answer",), text=text
        ),
        Mark("q_nettalk", 0.0, 4.0, Cause.NOT_ANSWERED, ("no answer was written",)),
    )
    return Result(student, QUIZ, marks)


def lost(student):
    return Result(student, QUIZ, (Mark("", 0.0, 9.0, Cause.NO_NOTEBOOK, ("none",)),))


@pytest.fixture
def grades(tmp_path):
    """A folder of grades with three students, and one without a notebook."""
    with Record(tmp_path) as record:
        for student, text in {"ann": "a copy", "bob": "no idea", "=eve": HOSTILE}.items():
            record.add(result(student, text), "key")
        record.add(lost("zoe"), "key")
    return tmp_path


def given(folder):
    with Record(folder) as record:
        return record.hand_marks()


def table_of(folder):
    with Record(folder) as record:
        return as_table(sheet_of(record), record.hand_marks())


class Client:
    """A browser's requests, and wrong ones."""

    def __init__(self, server):
        self.server = server
        self.host = f"127.0.0.1:{server.server_port}"

    def ask(self, path, body=None, raw=None, method=None, **changed):
        """Status, headers and body of a request as the page makes it; without a header of None."""
        headers = {"Host": self.host, "X-Token": self.server.token}
        if body is not None or raw is not None:
            headers |= {"Origin": f"http://{self.host}", "Content-Type": "application/json"}
        headers |= {name.replace("_", "-"): value for name, value in changed.items()}
        raw = json.dumps(body).encode() if raw is None and body is not None else raw
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=60)
        try:
            connection.putrequest(
                method or ("GET" if raw is None else "POST"), path, skip_host=True
            )
            if raw is not None:
                headers = {"Content-Length": str(len(raw)), **headers}
            for name, value in headers.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders(raw)
            reply = connection.getresponse()
            return reply.status, reply.headers, reply.read()
        finally:
            connection.close()

    def get(self, path):
        status, _, body = self.ask(path)
        assert status == 200, body
        return json.loads(body)

    def answers(self, answer="q_context"):
        return self.get(f"/api/answers?exercise={QUIZ}&answer={answer}")

    def id_of(self, student, answer):
        """What the page calls an answer of a student."""
        (one,) = [one for one in self.get("/api/submissions") if one["student"] == student]
        marks = self.get(f"/api/submission?id={one['id']}")["marks"]
        return next(mark["id"] for mark in marks if mark["answer"] == answer)


@pytest.fixture
def client(grades):
    with Marking(grades) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield Client(server)
        server.shutdown()
        thread.join()


# ---- who may ask


@pytest.mark.parametrize("path", ["/", "/api/questions", "/api/name?id=x", "/nothing"])
def test_nothing_is_told_without_the_secret(client, path):
    for token in (None, "", "wrong", client.server.token[:-1], "\u00e9"):
        status, _, body = client.ask(path, X_Token=token and token.encode("utf-8"))
        assert status == 403
        assert "open the address that `coursekit mark` printed" in json.loads(body)["message"]


def test_the_address_that_is_printed_opens_the_page(client):
    path = client.server.address.removeprefix(f"http://{client.host}")
    status, headers, body = client.ask(path, X_Token=None)
    assert status == 200
    assert headers["Content-Type"].startswith("text/html")
    assert body.decode() == PAGE.read_text(encoding="utf-8")


def test_only_loopback_listens(client):
    assert client.server.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", None])
def test_another_name_of_the_machine_is_refused(client, host):
    """So that a name that an attacker lets point to this machine is of no use to them."""
    status, _, body = client.ask("/api/questions", Host=host)
    assert status == 403
    assert b"not served here" in body


@pytest.mark.parametrize(
    "changed",
    [
        {"Origin": None},
        {"Origin": "null"},
        {"Origin": "http://evil.example"},
        {"Origin": "https://127.0.0.1:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"X_Token": None},
        {"Content_Type": "text/plain"},
        {"Content_Type": None},
    ],
)
def test_marks_are_taken_from_the_own_page_only(client, grades, changed):
    mark = {"id": client.answers()["answers"][0]["id"], "points": "1"}
    status, headers, _ = client.ask("/api/mark", mark, **changed)
    assert status in (403, 415)
    assert "Access-Control-Allow-Origin" not in headers
    assert given(grades) == {}


def test_a_browser_of_another_page_gets_no_leave_to_ask(client):
    status, headers, _ = client.ask("/api/mark", method="OPTIONS", Origin="http://evil.example")
    assert status == 501
    assert "Access-Control-Allow-Origin" not in headers


@pytest.mark.parametrize(
    ("raw", "changed", "status"),
    [
        (b"no json", {}, 400),
        (b"[1]", {}, 400),
        (b"[" * 60_000, {}, 400),
        (b"{}", {"Content_Length": "9999999"}, 413),
        (b"{}", {"Content_Length": "-1"}, 413),
        (b"{}", {}, 404),
        (b'{"id": ["a"]}', {}, 404),
    ],
)
def test_a_request_that_makes_no_sense_gets_a_message(client, raw, changed, status):
    told, _, body = client.ask("/api/mark", raw=raw, **changed)
    assert told == status
    assert json.loads(body)["message"]
    assert client.ask("/api/questions")[0] == 200


# ---- marks


def test_a_mark_is_in_the_record_before_the_reply(client, grades):
    one = client.answers()["answers"][1]
    seen = client.get(f"/api/text?id={one['id']}")["seen"]
    mark = {"id": one["id"], "points": "1,5", "reason": " half \n", "seen": seen}
    status, _, body = client.ask("/api/mark", mark)
    assert (status, json.loads(body)) == (200, {"points": 1.5, "reason": "half"})
    (kept,) = given(grades).values()
    assert (kept.answer, kept.points, kept.reason, kept.maximum) == ("q_context", 1.5, "half", 3.0)
    assert kept.seen == seen
    told = client.answers()
    assert told["marked"] == 1
    assert told["answers"][1]["points"] == 1.5
    assert told["comments"] == [["half", 1]]


def test_a_mark_can_be_changed_and_taken_back(client, grades):
    name = client.answers()["answers"][0]["id"]
    for points in ("1", "2.25"):
        client.ask("/api/mark", {"id": name, "points": points})
    (kept,) = given(grades).values()
    assert kept.points == 2.25
    assert client.ask("/api/withdraw", {"id": name})[0] == 200
    assert given(grades) == {}
    assert client.answers()["answers"][0]["points"] is None


@pytest.mark.parametrize("points", ["3.01", "-1", "nan", "inf", "two", "", None, [1], True, "1e9"])
def test_points_that_cannot_be_given_are_refused_with_what_can(client, grades, points):
    name = client.answers()["answers"][0]["id"]
    status, _, body = client.ask("/api/mark", {"id": name, "points": points, "reason": "x"})
    assert status == 422
    assert "give a number from 0 to 3" in json.loads(body)["message"]
    assert given(grades) == {}


def test_a_reason_is_needed_where_the_machine_gave_a_mark(client, grades):
    name = client.id_of("ann", "q_1997")
    for reason in ("", "  "):
        status, _, body = client.ask("/api/mark", {"id": name, "points": "2", "reason": reason})
        assert status == 422
        assert "give a reason" in json.loads(body)["message"]
    status, _, body = client.ask("/api/mark", {"id": name, "points": "2", "reason": "x" * 2001})
    assert status == 422
    assert "2001 characters" in json.loads(body)["message"]
    assert given(grades) == {}
    assert client.ask("/api/mark", {"id": name, "points": "2", "reason": "on paper"})[0] == 200
    with Record(grades) as record:
        told = merged(record.latest_of("ann", QUIZ), record.hand_marks())
    assert told.marks[0].points == 2.0
    assert told.marks[0].messages == ("on paper", "not this <year>")


def test_many_marks_in_a_second_from_several_windows(client, grades):
    """All are kept; the time is a bound for a busy machine, not a measurement."""
    names = [one["id"] for one in client.answers()["answers"]]
    begun = time.monotonic()

    def window(name):
        for points in range(20):
            assert client.ask("/api/mark", {"id": name, "points": str(points % 4)})[0] == 200

    threads = [threading.Thread(target=window, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - begun < 30
    assert {mark.points for mark in given(grades).values()} == {3.0}
    with Record(grades) as record:
        assert record._base.execute("SELECT COUNT(*) FROM marks").fetchone() == (60,)


def test_a_new_result_is_seen_and_what_changed_since_is_told(client, grades):
    names = {client.id_of(student, "q_context"): student for student in ("ann", "bob")}
    for name in names:
        client.ask("/api/mark", {"id": name, "points": "1"})
    with Record(grades) as record:
        record.add(result("ann", "a much better answer"), "new")
        record.add(result("new student"), "key")
    told = client.answers()
    changed = {names.get(one["id"]): one["changed"] for one in told["answers"]}
    assert changed["ann"] is True
    assert changed["bob"] is False
    assert (told["count"], told["marked"], told["changed"]) == (4, 2, 1)


def test_a_mark_for_a_text_that_was_replaced_meanwhile_says_so(client, grades):
    name = client.id_of("ann", "q_context")
    seen = client.get(f"/api/text?id={name}")["seen"]
    with Record(grades) as record:
        record.add(result("ann", "a much better answer"), "new")
    client.ask("/api/mark", {"id": name, "points": "1", "seen": seen})
    assert client.answers()["changed"] == 1


def test_a_person_who_is_forgotten_cannot_be_marked_again(client, grades):
    name = client.id_of("ann", "q_context")
    with Record(grades) as record:
        record.forget("ann")
    status, _, body = client.ask("/api/mark", {"id": name, "points": "1"})
    assert status == 404
    assert b"not in the record any more" in body
    assert given(grades) == {}


def test_a_record_that_cannot_be_written_is_told_and_the_server_lives_on(client, monkeypatch):
    def full(*given):
        raise CommandError("record.sqlite cannot be written (disk full)")

    name = client.answers()["answers"][0]["id"]
    with monkeypatch.context() as broken:
        broken.setattr(Record, "mark", full)
        status, _, body = client.ask("/api/mark", {"id": name, "points": "1"})
    assert status == 503
    assert b"disk full" in body
    assert client.ask("/api/mark", {"id": name, "points": "1"})[0] == 200


# ---- names and strangers' text


def test_no_name_reaches_the_page_before_it_is_asked_for(client):
    replies = [client.ask("/api/questions")[2]]
    replies.append(client.ask(f"/api/answers?exercise={QUIZ}&answer=q_context")[2])
    for one in client.answers()["answers"]:
        replies.append(client.ask(f"/api/text?id={one['id']}")[2])
    for student in (b"ann", b"bob", b"eve"):
        assert student not in b"".join(replies)
    asked = [client.get(f"/api/name?id={one['id']}") for one in client.answers()["answers"]]
    assert {told["student"] for told in asked} == {"ann", "bob", "=eve"}


def test_the_order_is_another_for_each_question_and_stays():
    students = [f"s{number:02}" for number in range(40)]
    marks = [Mark(name, 0, 1, Cause.NEEDS_MARKING, text="x") for name in ("q_a", "q_b")]
    results = [Result(student, QUIZ, tuple(marks)) for student in students]
    first, again, other = (Sheet(results, {}, seed) for seed in ("1", "1", "2"))
    order = {
        (sheet, answer): [item.student for item in sheet.questions[QUIZ, answer]]
        for sheet in (first, again, other)
        for answer in ("q_a", "q_b")
    }
    assert order[first, "q_a"] == order[again, "q_a"]
    assert order[first, "q_a"] != order[first, "q_b"]
    assert order[first, "q_a"] != order[other, "q_a"]
    assert order[first, "q_a"] != students
    assert sorted(order[first, "q_a"]) == students


def test_the_seed_is_kept_with_the_record(grades):
    def order():
        with Record(grades) as record:
            return [item.id for item in sheet_of(record).questions[QUIZ, "q_context"]]

    assert order() == order()


def test_hostile_text_comes_as_text(client):
    told = client.get(f"/api/text?id={client.id_of('=eve', 'q_context')}")
    assert told["tree"] == [{"tag": "p", "children": [HOSTILE]}]
    assert told["source"] == HOSTILE


def test_the_page_runs_its_own_script_only_and_never_makes_html_of_text(client):
    page = PAGE.read_text(encoding="utf-8")
    _, headers, _ = client.ask("/")
    policy = headers["Content-Security-Policy"]
    assert policy == policy_for(page)
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", page)
    assert not re.search(r"(https?:)?//[a-z]", re.sub(r"// [^\n]*", "", page))
    assert not re.search(r"<[^>]*\son\w+=", page)


def test_every_mark_of_a_submission_is_shown(client):
    (one,) = [one for one in client.get("/api/submissions") if one["student"] == "ann"]
    assert (one["points"], one["maximum"], one["open"], one["by_hand"]) == (1.0, 9.0, 1, 0)
    told = client.get(f"/api/submission?id={one['id']}")
    assert [mark["answer"] for mark in told["marks"]] == ["q_1997", "q_context", "q_nettalk"]
    assert told["marks"][0]["messages"] == ["not this <year>"]
    assert [mark["needs_reason"] for mark in told["marks"]] == [True, False, True]


def test_a_whole_submission_can_be_given_points(client, grades):
    name = client.id_of("zoe", "the submission")
    client.ask("/api/mark", {"id": name, "points": "7", "reason": "handed in on paper"})
    assert given(grades)["zoe", QUIZ, ""].points == 7.0
    (one,) = [one for one in client.get("/api/submissions") if one["student"] == "zoe"]
    assert (one["points"], one["maximum"], one["attention"]) == (7.0, 9.0, True)


def test_a_mark_from_before_the_notebook_was_lost_can_still_be_changed(grades):
    with Record(grades) as record:
        record.mark(HandMark("ann", QUIZ, "q_context", 2.0, "good", 3.0))
        record.add(lost("ann"), "new")
        sheet = sheet_of(record)
        item = sheet.item_at(("ann", QUIZ, "q_context"))
        record.mark(mark_of(item, "2.5", "better"))
        assert record.hand_marks()[item.key].points == 2.5


# ---- pure functions


@pytest.mark.parametrize(
    ("typed", "points"), [("2", 2), (" 1,5 ", 1.5), ("0", 0), (".5", 0.5), (3, 3), ("3.0", 3)]
)
def test_points_as_people_type_them(typed, points):
    assert points_of(typed, 3) == points


def test_the_message_says_what_was_given_and_what_can_be():
    with pytest.raises(BadMark, match=r"^7 is more than .* give a number from 0 to 3$"):
        points_of("7", 3)
    with pytest.raises(BadMark, match=r"^'two' is no number of points; give"):
        points_of("two", 3)
    item = Item("id", "ann", QUIZ, Mark("q_a", 0, 1, Cause.NEEDS_MARKING))
    with pytest.raises(BadMark, match="the reason is 7; give it as text"):
        mark_of(item, "1", 7)


def test_control_codes_do_not_come_into_a_reason():
    item = Item("id", "ann", QUIZ, Mark("q_a", 0, 1, Cause.NEEDS_MARKING), digest("x"))
    assert mark_of(item, "1", "so\x1b[31m\u202e\nit is").reason == "so\nit is"


# ---- the table


def test_marks_go_out_and_come_back(grades, tmp_path, capsys):
    with Record(grades) as record:
        record.mark(
            HandMark("=eve", QUIZ, "q_context", 1.5, '=SUM(A1), "so"\nand so', 3.0),
            HandMark("ann", QUIZ, "q_1997", 2.0, "'quoted\u2028line", 2.0),
        )
    before, path = given(grades), tmp_path / "marks.csv"
    assert cli.main(["mark", str(grades), "--export", str(path)]) == 0
    assert "2 marks given by hand, 2 answers that wait" in capsys.readouterr().out
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines(keepends=True)))
    assert rows[0] == ["student", "exercise", "answer", "points", "reason"]
    assert rows[1] == ["'=eve", QUIZ, "q_context", "1.5", '\'=SUM(A1), "so"\nand so']
    assert ["bob", QUIZ, "q_context", "", ""] in rows
    with Record(grades) as record:
        for key in before:
            record.withdraw(*key)
    assert cli.main(["mark", str(grades), "--import", str(path)]) == 0
    assert "2 marks were taken" in capsys.readouterr().out
    after = given(grades)
    assert {k: (m.points, m.reason) for k, m in after.items()} == {
        k: (m.points, m.reason) for k, m in before.items()
    }
    assert cli.main(["mark", str(grades), "--import", str(path)]) == 0
    assert "0 marks were taken" in capsys.readouterr().out


def test_a_bad_line_is_named_and_then_no_line_is_taken(grades, tmp_path, capsys):
    path = tmp_path / "marks.csv"
    path.write_text(
        "student,exercise,answer,points,reason\n"
        f"ann,{QUIZ},q_context,2,good\n"
        f"bob,{QUIZ},q_context,4,\n"
        f"bob,{QUIZ},q_contxt,1,\n"
        f'ann,{QUIZ},q_nettalk,1,"two\nlines"\n'
        f"ann,{QUIZ},q_context,1,again\n"
        f"bob,{QUIZ},q_1997,2,\n"
        f"bob,{QUIZ},q_1997,2,no,quotes\n"
        f"zoe,{QUIZ},,seven,on paper\n",
        encoding="utf-8",
    )
    assert cli.main(["mark", str(grades), "--import", str(path)]) == 2
    said = capsys.readouterr().err
    assert re.findall(r"^line (\d+):", said, re.MULTILINE) == ["3", "4", "7", "8", "9", "10"]
    for part in (
        "line 3: 4 is more than this answer can earn; give a number from 0 to 3",
        "line 4: the record has no answer 'q_contxt' of 'bob'",
        "line 7: the same answer as in line 2",
        "line 8: q_1997 was graded by itself",
        "line 9: 6 fields, but the first line names 5 columns",
        "line 10: 'seven' is no number of points",
        "No line was taken",
    ):
        assert part in said
    assert given(grades) == {}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("sign", [";", "\t", ","])
def test_what_a_spreadsheet_makes_of_it_is_read(grades, sign, newline):
    rows = [
        ["Points", " Student", "exercise", "answer", "reason", "my notes"],
        ['"1,5"', "ann", QUIZ, "q_context", "", "late"],
        ["", "bob", QUIZ, "q_context", "not yet", ""],
        ["", "", "", "", "", ""],
        ["2", "'=eve", QUIZ, "q_context"],
    ]
    text = newline.join(sign.join(row) for row in rows)
    with Record(grades) as record:
        marks, bad, same = from_table(text, sheet_of(record), {})
    assert bad == []
    assert {mark.student: mark.points for mark in marks} == {"ann": 1.5, "=eve": 2.0}
    assert same == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "line 1: there is no column student"),
        (b"student,exercise,points,reason\n", "line 1: there is no column answer; the first line"),
        (b'student,exercise,answer,points,reason\n"ann', "line 2: unexpected end of data"),
        (b'"stu"dent,exercise', "line 1: ',' expected after"),
        (b"student,exercise,answer,points,reason\nx\nj\xfcrgen", "line 3: not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_explained(grades, tmp_path, capsys, content, said):
    path = tmp_path / "marks.csv"
    path.write_bytes(content)
    assert cli.main(["mark", str(grades), "--import", str(path)]) == 2
    assert said in capsys.readouterr().err


def test_names_that_a_table_spells_alike_are_not_mixed_up(grades):
    with Record(grades) as record:
        for student in ("a  b", "a\x1bb", "a b"):
            record.add(result(student), "key")
        sheet = sheet_of(record)
    head = "student,exercise,answer,points,reason\n"
    marks, bad, _ = from_table(f"{head}a b,{QUIZ},q_context,1,", sheet, {})
    assert [mark.student for mark in marks] == ["a b"]
    marks, bad, _ = from_table(f"{head}ab,{QUIZ},q_context,1,", sheet, {})
    assert [mark.student for mark in marks] == ["a\x1bb"]
    assert bad == []


# ---- the command


def test_an_export_overwrites_nothing(grades, tmp_path, capsys):
    (tmp_path / "marks.csv").write_text("mine")
    assert cli.main(["mark", str(grades), "--export", str(tmp_path / "marks.csv")]) == 2
    assert "is not overwritten; name a new file" in capsys.readouterr().err
    assert (tmp_path / "marks.csv").read_text() == "mine"


def test_a_folder_without_a_record_is_explained_and_left_alone(tmp_path, capsys):
    assert cli.main(["mark", str(tmp_path)]) == 2
    assert "holds no record.sqlite; give the folder that" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_an_empty_record_is_explained(tmp_path, capsys):
    Record(tmp_path).__exit__()
    assert cli.main(["mark", str(tmp_path), "--no-browser"]) == 2
    assert "holds no result yet; run `coursekit grade` first" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["--no-browser"]])
def test_the_command_prints_and_opens_the_address_until_it_is_stopped(
    grades, monkeypatch, capsys, words
):
    opened = []
    monkeypatch.setattr(marking.webbrowser, "open", opened.append)

    def stopped(server):
        raise KeyboardInterrupt

    monkeypatch.setattr(Marking, "serve_forever", stopped)
    assert cli.main(["mark", str(grades), *words]) == 0
    out = capsys.readouterr().out
    (address,) = re.findall(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{32}", out)
    assert opened == ([] if words else [address])
    assert "0 of 3 answers are marked" in out
