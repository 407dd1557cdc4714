"""The AsyncAPI document of a service: what it sends to which topic, and what it receives."""

from collections.abc import Iterable
from typing import Any

from documents import events
from documents.events import EVENTS, Event
from documents.examples import REF
from shared.topics import CROSSINGS, KEPT_FOREVER, PARTITIONS, PLACEMENTS

Json = dict[str, Any]
SENDS = {"admissions": (PLACEMENTS,), "quota": (CROSSINGS,)}
RECEIVES = {"quota": (PLACEMENTS,), "notifications": (CROSSINGS,)}
MEDIA = "application/cloudevents+json"
DESCRIPTION = """\
Events are CloudEvents 1.0 in structured JSON; the record's key is the Land, and a Land's events
stay in their order on one partition: Land `nn` on (nn − 1) mod 16. Delivery is at least once: drop
what has a `sequence` that you have seen. Nothing is deleted. Skip types that you do not know: what
is here only grows within `v1`.
"""
BINDING = {"bindingVersion": "0.5.0"}
WHERE = {"default": "127.0.0.1:9092", "description": "Whoever runs the broker gives it to you."}


def asyncapi_document(service: str) -> Json:
    """The whole document of a service."""
    sent, received = SENDS.get(service, ()), RECEIVES.get(service, ())
    topics = {*sent, *received}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Hafenlotse {service}",
            "version": "1",
            "description": DESCRIPTION,
            "license": {"name": "EUPL-1.2"},
        },
        "defaultContentType": MEDIA,
        "servers": {
            "kafka": {
                "host": "{bootstrap}",
                "protocol": "kafka",
                "variables": {"bootstrap": WHERE},
            }
        },
        "channels": {topic: _channel(topic) for topic in sorted(topics)},
        "operations": {**_operations("send", sent), **_operations("receive", received)},
        "components": {
            "messages": {event.name: _message(event) for event in _on(topics)},
            "schemas": events.components(REF),
        },
    }


def _on(topics: Iterable[str]) -> list[Event]:
    return [event for event in EVENTS if event.topic in topics]


def _channel(topic: str) -> Json:
    settings = {
        "cleanup.policy": [KEPT_FOREVER["cleanup.policy"]],
        "retention.ms": int(KEPT_FOREVER["retention.ms"]),
        "retention.bytes": int(KEPT_FOREVER["retention.bytes"]),
    }
    kafka = {"topic": topic, "partitions": PARTITIONS, "topicConfiguration": settings}
    named = {event.name: {"$ref": f"#/components/messages/{event.name}"} for event in _on([topic])}
    return {"address": topic, "messages": named, "bindings": {"kafka": kafka | BINDING}}


def _operations(action: str, topics: Iterable[str]) -> Json:
    return {
        f"{action}-{topic}": {
            "action": action,
            "channel": {"$ref": f"#/channels/{topic}"},
            "messages": [
                {"$ref": f"#/channels/{topic}/messages/{event.name}"} for event in _on([topic])
            ],
        }
        for topic in topics
    }


def _message(event: Event) -> Json:
    shown = events.example(event)
    return {
        "name": event.name,
        "title": event.name,
        "summary": event.meaning,
        "contentType": MEDIA,
        "payload": events.schema(event, REF),
        "bindings": {"kafka": {"key": events.LAND, **BINDING}},
        "examples": [{"name": event.name, "payload": shown}],
    }
