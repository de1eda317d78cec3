"""An MQTT broker: each message once at least (QoS 1), and whether the station is there (retained, with a last will).

Knows paho. A connection that was lost is dropped with all that it still held, and a new one is made: what had not been
acknowledged is read from the records again, so the library's own queue is never needed.
"""

from __future__ import annotations

import re
import secrets
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from inspector_app.errors import KensaError
from inspector_app.sending.outbox import Letter
from inspector_app.settings import Settings

if TYPE_CHECKING:
    from paho.mqtt.client import Client, MQTTMessageInfo

CONNECT_SECONDS, ACKNOWLEDGE_SECONDS, KEEP_ALIVE_SECONDS = 10.0, 15.0, 20


@dataclass(frozen=True, slots=True)
class Broker:
    """Where it is and how it is spoken to. `authority`: a file of certificates; "": those of the system."""

    host: str
    port: int = 1883
    tls: bool = False
    authority: str = ""
    user: str = ""
    password: str = ""
    topic: str = "kensa"
    station: str = ""

    @classmethod
    def of(cls, settings: Settings) -> Broker:
        """As the station's settings say."""
        return cls(
            settings.mqtt_host.strip(),
            settings.mqtt_port,
            settings.mqtt_tls,
            settings.mqtt_authority,
            settings.mqtt_user,
            settings.mqtt_password,
            settings.mqtt_topic,
            settings.station,
        )

    def topic_of(self, what: str) -> str:
        """TOPIC/STATION/unit, or …/online; signs that mean something to a broker are left out of the station's name."""
        station = re.sub(r"[+#/\x00-\x1f]+", "-", self.station.strip()) or "station"
        return f"{self.topic.strip('/')}/{station}/{what}"


class Mqtt:
    """One connection at a time, made when there is something to say; call it from one thread."""

    name = "mqtt"

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._client: Client | None = None
        self._answered, self._lost = threading.Event(), threading.Event()
        self._refusal = ""

    def deliver(self, letters: Sequence[Letter], told: Callable[[int], None]) -> None:
        """Publish them in order; `told` comes for each that the broker has acknowledged, in order too."""
        client = self._connected()
        try:
            sent = [(letter.number, self._publish(client, letter.data)) for letter in letters]
            for number, info in sent:
                self._acknowledged(info)
                told(number)
        except KensaError:
            self._drop()
            raise

    def close(self) -> None:
        """Say that the station is no more there, and leave."""
        client = self._client
        if client is not None and not self._lost.is_set():
            with suppress(RuntimeError, ValueError):  # it was lost in this moment: then the last will says so
                client.publish(self._broker.topic_of("online"), "false", qos=1, retain=True).wait_for_publish(2.0)
        self._drop()

    def _connected(self) -> Client:
        if self._client is not None and not self._lost.is_set():
            return self._client
        self._drop()
        client = self._made()
        self._client = client
        broker = self._broker
        try:
            client.connect(broker.host, broker.port, KEEP_ALIVE_SECONDS)
        except ssl.SSLError as error:
            self._drop()
            raise KensaError(
                "broker_untrusted", f"The broker {broker.host} cannot prove who it is ({error.reason}); check its CA."
            ) from error
        except (OSError, ValueError) as error:
            self._drop()
            raise _away(broker) from error
        client.loop_start()
        if not self._answered.wait(CONNECT_SECONDS) or self._refusal or self._lost.is_set():
            refusal = self._refusal
            self._drop()
            raise _refused(broker, refusal) if refusal else _away(broker)
        client.publish(broker.topic_of("online"), "true", qos=1, retain=True)
        return client

    def _made(self) -> Client:
        from paho.mqtt.client import Client
        from paho.mqtt.enums import CallbackAPIVersion

        broker = self._broker
        self._answered, self._lost, self._refusal = threading.Event(), threading.Event(), ""
        client = Client(
            CallbackAPIVersion.VERSION2, client_id=f"kensa-{secrets.token_hex(8)}", reconnect_on_failure=False
        )
        client.connect_timeout = CONNECT_SECONDS
        if broker.user:
            client.username_pw_set(broker.user, broker.password or None)
        if broker.tls:
            try:
                client.tls_set(ca_certs=broker.authority or None)
            except (OSError, ValueError) as error:
                raise KensaError(
                    "broker_authority", f"The file {broker.authority} holds no certificates of the broker; check it."
                ) from error
        client.will_set(broker.topic_of("online"), "false", qos=1, retain=True)
        answered, lost = self._answered, self._lost

        def connected(client: Client, data: object, flags: object, reason: Any, properties: object) -> None:
            if reason.is_failure:
                self._refusal = str(reason)
            answered.set()

        def gone(*_: object) -> None:
            lost.set()
            answered.set()

        client.on_connect, client.on_disconnect = connected, gone
        return client

    def _publish(self, client: Client, data: bytes) -> MQTTMessageInfo:
        return client.publish(self._broker.topic_of("unit"), data, qos=1)

    def _acknowledged(self, info: MQTTMessageInfo) -> None:
        """Until the broker has it; KensaError when it does not say so in time, or is gone."""
        waited = 0.0
        try:
            while not info.is_published():
                info.wait_for_publish(0.25)
                waited += 0.25
                if not info.is_published() and (self._lost.is_set() or waited > ACKNOWLEDGE_SECONDS):
                    raise _away(self._broker)
        except (RuntimeError, ValueError) as error:  # paho's words for a message that never left
            raise _away(self._broker) from error

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.disconnect()
            client.loop_stop()


def _away(broker: Broker) -> KensaError:
    return KensaError(
        "broker_away",
        f"The broker {broker.host}:{broker.port} does not answer; verdicts wait on the disk until it does.",
    )


def _refused(broker: Broker, why: str) -> KensaError:
    return KensaError(
        "broker_refused", f"The broker {broker.host} refuses this station ({why}); check user and password."
    )
