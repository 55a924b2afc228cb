"""What a page gives the browser to save, read without the browser's downloads, for whose end a test would wait."""

from playwright.sync_api import Locator, Page

CATCH = """() => {
  window.caught = [];
  URL.createObjectURL = (blob) => (window.caught.push(blob), "blob:caught");
  HTMLAnchorElement.prototype.click = () => {};
}"""


def saved_by(page: Page, button: Locator) -> str:
    """Press a button that saves a file, and return the text that would be saved."""
    page.evaluate(CATCH)
    button.click()
    told: str = page.evaluate("() => window.caught.at(-1).text()")
    return told
