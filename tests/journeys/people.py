"""Somebody at a browser of their own: signs in, reads, clicks; what the browser complains about is kept."""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, ConsoleMessage, Error, Page, expect

from tests.stack.installation import Installation

PATIENCE_MS = 20_000  # two busy cores
PASSPHRASE = "口令 of the journey 1"
WIDE = {"width": 1280, "height": 900}
EXPECTED = "Failed to load resource"  # a refusal that the page itself answers


@dataclass
class Somebody:
    """One person at one browser; `login` empty is the public."""

    stack: Installation
    page: Page
    login: str = ""
    complaints: list[str] = field(default_factory=list)

    @property
    def account(self) -> dict[str, str]:
        """The person's account."""
        return self.stack.accounts[self.login]

    def go(self, path: str) -> Page:
        """Open a page, which must be there for this person."""
        answer = self.page.goto(self.stack.address + path)
        assert answer is not None and answer.status == 200, (self.login, path, answer and answer.status)
        return self.page

    def sign_in(self) -> "Somebody":
        """Sign in through the form."""
        page = self.go("/sign-in/")
        page.fill("#id_username", self.login)
        page.fill("#id_password", self.account["password"])
        page.locator("form.box button[type=submit]").click()
        expect(page.locator(".strip")).to_contain_text(self.account["name"])
        return self

    def press(self, words: str, *, exact: bool = True) -> None:
        """Click the button or link of that name."""
        button = self.page.get_by_role("button", name=words, exact=exact)
        link = self.page.get_by_role("link", name=words, exact=exact)
        button.or_(link).first.click()

    def press_and_confirm(self, words: str) -> None:
        """Click what cannot be undone, and answer its question with yes."""
        self.page.once("dialog", lambda dialog: dialog.accept())
        self.press(words)

    def sees(self, words: str) -> None:
        """Wait until the page's body says so."""
        expect(self.page.locator("main")).to_contain_text(words)

    def make_keys(self, folder: Path) -> Path:
        """Make keys on the key page, keep the key file, load it back, and return where it lies."""
        page = self.go("/bidder/keys/")
        expect(page.locator("#key-state")).to_have_text("本机没有密钥")
        page.fill("#pass1", PASSPHRASE)
        page.fill("#pass2", PASSPHRASE)
        with page.expect_download() as saving:
            page.click("#make-now")
        saved = folder / f"{self.login}-{saving.value.suggested_filename}"
        saving.value.save_as(saved)
        page.set_input_files("#file", saved)
        page.fill("#pass3", PASSPHRASE)
        page.click("#load-now")
        expect(page.locator("#key-state")).to_have_text("已核对，可用")
        return saved


def somebody(browser: Browser, stack: Installation, login: str = "") -> Somebody:
    """Give a person a browser profile of their own; signs in unless it is the public."""
    context = browser.new_context(
        locale="zh-CN", timezone_id="Asia/Shanghai", viewport=WIDE, accept_downloads=True, reduced_motion="reduce"
    )
    context.set_default_timeout(PATIENCE_MS)
    found = Somebody(stack, context.new_page(), login)
    found.page.on("pageerror", lambda error: found.complaints.append(f"{found.page.url}: {error}"))
    found.page.on("console", lambda message: _listen(found, message))
    return found.sign_in() if login else found


def _listen(person: Somebody, message: ConsoleMessage) -> None:
    if message.type == "error" and EXPECTED not in message.text:
        person.complaints.append(f"{person.page.url}: {message.text}")


def leave(*people: Somebody) -> None:
    """Close their browsers."""
    for person in people:
        with suppress(Error):
            person.page.context.close()
