"""The process for trying out: the issuer of tokens and the mail sink."""

import asyncio
import logging
import os
from pathlib import Path

import uvicorn

from embedded.credentials import read_clients
from embedded.issuer import Issuer, issuer_app, kept_key
from embedded.mail import serve_mail


async def serve() -> None:
    """Serve both until SIGTERM, on the ports and folders that the supervisor names."""
    secrets = Path(os.environ["HAFENLOTSE_SECRETS_DIR"])
    issuer = Issuer(
        name=os.environ["HAFENLOTSE_ISSUER"],
        audience=os.environ["HAFENLOTSE_AUDIENCE"],
        clients=read_clients(secrets / "clients.json"),
        key=kept_key(secrets / "issuer_key.json"),
    )
    host = os.environ.get("HAFENLOTSE_HOST", "127.0.0.1")
    mails = await serve_mail(
        Path(os.environ["HAFENLOTSE_MAIL_SINK"]), int(os.environ["HAFENLOTSE_SMTP_PORT"]), host
    )
    port = int(os.environ["HAFENLOTSE_PORT"])
    config = uvicorn.Config(
        issuer_app(issuer), host, port, log_level="warning", timeout_graceful_shutdown=2
    )
    async with mails:
        await uvicorn.Server(config).serve()


def main() -> None:
    """Run it."""
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(serve())


if __name__ == "__main__":
    main()
