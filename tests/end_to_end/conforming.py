"""No answer of the whole suite is anything else than the documents of the services say."""

import httpx

from tests.described import Described

STREAMS = ("text/event-stream", "application/x-ndjson")
"""What has no end that could be waited for, or is many documents."""
SERVICES = ("admissions", "quota", "notifications")


class Conforming:
    """Looks at each answer of a client; the documents are those that the system serves."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http
        self._documents: dict[str, Described] = {}

    async def look_at(self, answer: httpx.Response) -> None:
        """Fail where an answer is not as described; what is no route of a service passes."""
        address, path = answer.request.url, answer.request.url.path
        service, _, inside = path.lstrip("/").partition("/")
        if service not in SERVICES or not inside.startswith("v1/"):
            return
        if answer.headers.get("Content-Type", "").startswith(STREAMS):
            return
        await answer.aread()
        described = await self._described(f"{address.scheme}://{address.netloc.decode()}", service)
        faults = described.faults(answer.request.method, path, answer)
        assert not faults, f"{answer.request.method} {path}: {faults[:5]}"

    async def _described(self, address: str, service: str) -> Described:
        if service not in self._documents:
            answer = await self._http.get(f"{address}/{service}/openapi.json")
            self._documents[service] = Described(answer.json())
        return self._documents[service]
