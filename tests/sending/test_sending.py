"""Verdicts for other systems: messages, a folder, and a real broker: away, back, refusing, encrypted, last will."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inspector_app.errors import KensaError
from inspector_app.inspection import Station
from inspector_app.places import Places
from inspector_app.records.history import History
from inspector_app.records.record import Disposition, Opinion
from inspector_app.rights import Person
from inspector_app.sending import sender
from inspector_app.sending.folder import Folder
from inspector_app.sending.messages import SCHEMA, Choice
from inspector_app.sending.mqtt import Broker as Address
from inspector_app.sending.mqtt import Mqtt
from inspector_app.sending.outbox import Outbox
from inspector_app.sending.sender import Sending, receivers_of
from inspector_app.settings import Settings
from model_runtime.verdict import Answer, Severity
from tests.fakes import FakeJudge
from tests.makers import sample, station, voice
from tests.sending.broker import MOSQUITTO, Broker, Listener, until

SATO, SUZUKI = Person.typed("Sato"), Person.typed("Suzuki")
ALL = Choice("Line 3", identity=True, model=True, operator=True, transcript=True, reasons=True)
BAD = Opinion(Answer.NG, Disposition.SCRAP, "scratch", Severity.MAJOR, reason="too deep")
needs_broker = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed (Debian: mosquitto)")


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Station]:
    made = station(tmp_path / "data", FakeJudge(heard="scratch on the left"))
    yield made
    made.store.close()


class Post:
    """An outbox with what was heard of its senders."""

    def __init__(self, at: Station, choice: Choice = ALL) -> None:
        self.choice = choice
        self.places = Places(at.store.database.path.parent)
        self.outbox = Outbox(at.store, self.places.outbox, lambda: self.choice)
        self.said: list[tuple[str, int, str]] = []
        self.sending = Sending(self.outbox, self._hear)

    def _hear(self, name: str, waiting: int, error: KensaError | None) -> None:
        self.said.append((name, waiting, error.code if error else ""))


@pytest.fixture
def post(at: Station, monkeypatch: pytest.MonkeyPatch) -> Iterator[Post]:
    monkeypatch.setattr(sender, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(sender, "FIRST_PAUSE", 0.1)
    made = Post(at)
    yield made
    made.sending.close()


def judged(at: Station, p_ng: float = 0.95, seed: int = 0, **words: object) -> str:
    assert isinstance(at.model, FakeJudge)
    at.model.script.append(p_ng)
    return at.judge(at.keep(sample(seed, operator="Sato", **words))).id


def read(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))]


# -- what is told


def test_a_message_says_what_became_of_a_unit(at: Station, post: Post, tmp_path: Path) -> None:
    post.outbox.serve(["folder"])
    unit = judged(at, 0.95, lot="L-1", serial="S-1", voice=voice())
    at.review(unit, SUZUKI, replace(BAD, verdict=Answer.OK, disposition=Disposition.ACCEPT, reason="only dust"))
    at.undo_review(unit, SUZUKI)
    at.withdraw(unit, SATO)
    Folder(tmp_path).deliver(post.outbox.next("folder", 10), lambda number: post.outbox.told("folder", number))
    first, second, third, fourth = read(tmp_path)
    assert [told["event"] for told in (first, second, third, fourth)] == [
        "judged", "reviewed", "review_undone", "withdrawn",
    ]  # fmt: skip
    assert first["schema"] == SCHEMA and first["station"] == "Line 3" and first["review"] is None
    assert first["unit"]["id"] == unit and (first["unit"]["lot"], first["unit"]["serial"]) == ("L-1", "S-1")
    assert first["verdict"]["verdict"] == "NG" and first["verdict"]["p_ng"] == pytest.approx(0.95)
    assert first["transcript"]["heard"] == "scratch on the left" and first["people"]["operator"] == "Sato"
    assert second["review"]["verdict"] == "OK" and second["review"]["disposition"] == "accept"
    assert second["people"]["by"] == "Suzuki" and second["reason"] == "only dust"
    assert third["review"] == second["review"] and fourth["verdict"] == first["verdict"]
    assert len({told["message"] for told in (first, second, third, fourth)}) == 4
    assert post.outbox.waiting("folder") == 0 and post.outbox.next("folder", 10) == []


def test_people_and_words_are_not_sent_unless_somebody_chose_so(at: Station, post: Post) -> None:
    post.choice = Choice.of(Settings())
    post.outbox.serve(["folder"])
    unit = judged(at, 0.5, voice=voice())
    at.disagree(unit, SATO, "Tanaka dropped it")
    at.review(unit, SUZUKI, BAD)
    said = b"\n".join(letter.data for letter in post.outbox.next("folder", 10))
    for secret in (b"Sato", b"Suzuki", b"Tanaka", b"scratch on the left", b"too deep"):
        assert secret not in said
    assert b'"disagreed"' in said and b'"verdict":"NG"' in said and b'"model"' in said
    post.choice = Choice(identity=False, model=False)
    (first, *_) = (json.loads(letter.data) for letter in post.outbox.next("folder", 10))
    assert set(first["unit"]) == {"id", "part", "captured_at"} and "model" not in first


def test_the_same_entry_gives_the_same_bytes_whatever_happened_since(at: Station, post: Post) -> None:
    post.outbox.serve(["folder"])
    unit = judged(at)
    (before,) = post.outbox.next("folder", 10)
    at.review(unit, SUZUKI, BAD)
    assert post.outbox.next("folder", 10)[0] == before


def test_a_receiver_begins_with_now_and_goes_on_where_it_was(at: Station, post: Post) -> None:
    judged(at)
    post.outbox.serve(["folder"])
    assert post.outbox.waiting("folder") == 0
    judged(at, seed=1)
    again = Post(at)
    again.outbox.serve(["folder", "mqtt"])
    assert (again.outbox.waiting("folder"), again.outbox.waiting("mqtt")) == (1, 0)
    again.outbox.serve(["mqtt"])
    again.outbox.serve(["folder"])
    assert again.outbox.waiting("folder") == 0  # it was off: what happened meanwhile was not for it


def test_nothing_is_sent_by_default() -> None:
    assert receivers_of(Settings()) == []
    chosen = receivers_of(Settings().changed(send_folder="/x", mqtt_host="broker"))
    assert [receiver.name for receiver in chosen] == ["folder", "mqtt"]
    for topic in ("", "a/#", "$SYS", "+/x"):
        with pytest.raises(ValueError):
            Settings().changed(mqtt_topic=topic)


# -- the folder


def test_a_folder_that_is_away_gets_all_of_it_later(at: Station, post: Post, tmp_path: Path) -> None:
    share = tmp_path / "share"
    post.sending.use([Folder(share)])
    units = [judged(at, seed=seed) for seed in range(3)]
    until(lambda: ("folder", 3, "send_folder_gone") in post.said)
    share.mkdir()
    until(lambda: len(list(share.glob("*.json"))) == 3)
    assert [told["unit"]["id"] for told in read(share)] == units
    until(lambda: post.said[-1] == ("folder", 0, ""))
    assert not [path for path in share.iterdir() if path.suffix != ".json"]


def test_the_password_is_not_told_in_the_audit_trail(at: Station, tmp_path: Path) -> None:
    places = Places(at.store.database.path.parent)
    at.change_settings(SATO, Settings().changed(mqtt_password="sesame-77", mqtt_user="kensa"), places)
    (entry,) = History.of(at.store).trail_of("settings")
    assert "sesame-77" not in json.dumps(entry.to_json()) and entry.new["mqtt_user"] == "kensa"
    assert Settings.load(places.settings).mqtt_password == "sesame-77"


# -- the broker


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    folder = tmp_path / "broker"
    folder.mkdir()
    made = Broker(folder)
    made.start()
    yield made
    made.stop()


@needs_broker
def test_verdicts_reach_a_broker_that_was_away_once_each_and_as_in_the_folder(
    at: Station, post: Post, broker: Broker, tmp_path: Path
) -> None:
    share = tmp_path / "share"
    share.mkdir()
    listener = Listener(broker.port)
    address = Address("127.0.0.1", broker.port, station="Line 3")
    post.sending.use([Mqtt(address), Folder(share)])
    judged(at)
    until(lambda: len(listener.units()) == 1)
    assert listener.heard[-1][0] == "kensa/Line 3/unit"
    broker.stop()
    for seed in range(1, 31):
        judged(at, seed=seed)
    until(lambda: any(name == "mqtt" and code == "broker_away" for name, _, code in post.said))
    assert post.outbox.waiting("mqtt") >= 20
    broker.start()
    until(lambda: post.outbox.waiting("mqtt") == 0, 20)
    until(lambda: len(listener.units()) == 31, 20)
    until(lambda: len(read(share)) == 31)
    files = [path.read_bytes().rstrip(b"\n") for path in sorted(share.glob("*.json"))]
    assert listener.units() == files  # no loss, in order, and the same bytes
    said = [data for topic, data in listener.heard if topic.endswith("/unit")]
    assert len(said) == 31  # every one was acknowledged before the next start: nothing came twice
    listener.close()


@needs_broker
def test_others_see_whether_the_station_is_there(post: Post, broker: Broker) -> None:
    receiver = Mqtt(Address("127.0.0.1", broker.port, topic="plant/a"))
    post.sending.use([receiver])
    until(lambda: post.said == [("mqtt", 0, "")])
    listener = Listener(broker.port, "plant/a/station/online")
    until(lambda: listener.online() == [b"true"])  # kept by the broker for whoever asks later
    client = receiver._client
    assert client is not None and (socket := client.socket()) is not None
    socket.shutdown(2)  # as a pulled cable: no farewell, so the broker speaks the last will
    until(lambda: listener.online() == [b"true", b"false", b"true"])
    post.sending.close()
    until(lambda: listener.online() == [b"true", b"false", b"true", b"false"])
    listener.close()


@needs_broker
def test_user_and_password(at: Station, post: Post, tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    passwd = shutil.which("mosquitto_passwd") or "/usr/bin/mosquitto_passwd"
    subprocess.run([passwd, "-c", "-b", str(passwords), "kensa", "right"], check=True, capture_output=True)
    broker = Broker(tmp_path, f"allow_anonymous false\npassword_file {passwords}")
    broker.start()
    try:
        wrong = Address("127.0.0.1", broker.port, user="kensa", password="wrong")
        with pytest.raises(KensaError) as caught:
            Mqtt(wrong).deliver([], lambda _: None)
        assert caught.value.code == "broker_refused"
        listener = Listener(broker.port, user="kensa", password="right")
        post.sending.use([Mqtt(replace(wrong, password="right"))])
        judged(at)
        until(lambda: len(listener.units()) == 1)
        listener.close()
    finally:
        post.sending.close()
        broker.stop()


@needs_broker
def test_an_encrypted_broker_must_prove_who_it_is(at: Station, post: Post, tmp_path: Path) -> None:
    key, authority = _certificates(tmp_path)
    broker = Broker(tmp_path, f"allow_anonymous true\ncafile {authority}\ncertfile {authority}\nkeyfile {key}")
    broker.start()
    try:
        address = Address("127.0.0.1", broker.port, tls=True)
        with pytest.raises(KensaError) as caught:
            Mqtt(address).deliver([], lambda _: None)
        assert caught.value.code == "broker_untrusted"
        post.sending.use([Mqtt(replace(address, authority=str(authority)))])
        judged(at)
        until(lambda: post.outbox.waiting("mqtt") == 0 and post.said[-1:] == [("mqtt", 0, "")])
        with pytest.raises(KensaError) as caught:
            Mqtt(replace(address, authority=str(tmp_path / "none.pem"))).deliver([], lambda _: None)
        assert caught.value.code == "broker_authority"
    finally:
        post.sending.close()
        broker.stop()


def _certificates(folder: Path) -> tuple[Path, Path]:
    """A key and a certificate for 127.0.0.1 that signs itself, so that it is its own authority."""
    from datetime import UTC, datetime, timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(secret, hashes.SHA256())
    )
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    key.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return key, certificate
