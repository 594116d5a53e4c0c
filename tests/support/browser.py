"""The machine's own Chromium, driven by Playwright, and a page of it that notes what should not happen."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


def executable() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def running() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable())
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, url: str, **options: object) -> Iterator[Page]:
    """The page at `url`; in the end, fails if it logged an error or asked anything of another host.

    `options` are those of a browser context: https://playwright.dev/python/docs/api/class-browser#browser-new-context
    """
    with browser.new_context(permissions=["clipboard-read", "clipboard-write"], **options) as context:
        page = context.new_page()
        faults: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: faults.extend(fault_of(message)))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(url)
        yield page
        assert faults == []
        assert {urlsplit(each).netloc for each in asked if not each.startswith("data:")} == {urlsplit(url).netloc}


def fault_of(message: ConsoleMessage) -> list[str]:
    """The fault that this message tells of, if any: a prediction that was refused is none, though Chromium notes it."""
    refused = message.text.startswith("Failed to load resource") and message.location["url"].endswith("/invocations")
    return [message.text] if message.type in ("error", "warning") and not refused else []


def barriers(page: Page) -> list[str]:
    """What axe finds wrong for people who see, hear or move otherwise: names, roles, contrast, order."""
    return [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in Axe().run(page).response["violations"]]
