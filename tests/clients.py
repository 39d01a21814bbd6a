"""A client that speaks Gradio's protocol, as patient as a loaded machine needs."""

from gradio_client import Client


def connected(url: str) -> Client:
    """One who asks the page at `url` and copies no files."""
    return Client(url, download_files=False, verbose=False, httpx_kwargs={"timeout": 60.0})
