"""What the people of the line do in their browsers, each in a context of their own."""

import re
import time
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from mediators.demo import SIGN_INS

PHONE = {"width": 390, "height": 800}
PASSWORDS = {one.username: one.password for one in SIGN_INS}
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


class Person:
    """Somebody with a phone of 390 px; every page that is looked at must be fit for everybody."""

    def __init__(self, browser: Browser, house: str, *, script: bool = True) -> None:
        self.house = house
        self.context = browser.new_context(
            viewport=PHONE, locale="zh-CN", timezone_id="Asia/Shanghai", java_script_enabled=script
        )
        self.page: Page = self.context.new_page()
        self.script = script
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._listen)

    def _listen(self, message: Any) -> None:
        if message.type == "error" and "422" not in message.text:
            self.faults.append(message.text)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.house}{path}")

    def press(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=name).first.click()

    def fill(self, **values: str) -> None:
        for name, value in values.items():
            self.page.fill(f"main [name={name}]", value)

    def choose(self, label: str) -> None:
        self.page.locator("label", has_text=label).first.click()

    def press_when_allowed(self, name: str, refused: str, seconds: float = 70) -> None:
        """Press again until the limit of one message a minute lets it pass."""
        end = time.monotonic() + seconds
        self.press(name)
        while refused in self.page.inner_text("body"):
            assert time.monotonic() < end, f"“{name}” was refused for over a minute"
            time.sleep(3)
            self.press(name)

    def look(self) -> str:
        """Return what the page says, once it is fit: no fault, no sideways scroll, axe content."""
        assert not self.faults, self.faults
        assert "Traceback" not in self.page.title()
        if self.script:
            wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert self.page.evaluate(wide) == 0, f"{self.page.url} scrolls sideways"
            found = Axe().run(self.page, options=AXE).response["violations"]
            told = [(v["id"], [n["target"] for n in v["nodes"]][:3]) for v in found]
            assert not told, f"{self.page.url}: {told}"
        return self.page.inner_text("body")

    def wait_to_read(self, words: str, seconds: float = 30) -> str:
        """Reload until the page says it: the worker needs a moment."""
        end = time.monotonic() + seconds
        while words not in self.page.inner_text("body"):
            assert time.monotonic() < end, f"“{words}” never came:\n{self.page.inner_text('body')}"
            time.sleep(0.4)
            self.page.reload()
        return self.look()

    def sign_in(self, username: str) -> None:
        self.go("/staff/sign-in/")
        self.fill(username=username, password=PASSWORDS[username])
        self.press("登录")


class Letterbox:
    """The development page on which every message can be read, as phones would show them."""

    def __init__(self, browser: Browser, house: str) -> None:
        self.page = browser.new_context(locale="zh-CN").new_page()
        self.house = house
        self.used: set[str] = set()

    def newest(self, phone: str, pattern: str, seconds: float = 30) -> str:
        """Return the newest match in messages to this phone; codes used before are passed over."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.page.goto(f"{self.house}/dev/messages/")
            for line in self.page.locator(".events li").all_inner_texts():
                found = re.search(pattern, line) if phone in line else None
                if found and found[1] not in self.used:
                    return found[1]
            time.sleep(0.4)
        raise AssertionError(f"no message for {phone} like {pattern}")

    def code(self, phone: str) -> str:
        code = self.newest(phone, r"验证码(\d{6})")
        self.used.add(code)
        return code

    def link(self, phone: str) -> str:
        return self.newest(phone, r"(http://[!-~]+/j/[\w-]+/)")
