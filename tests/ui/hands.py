"""What a visitor does by hand, at a hand's pace: Gradio is not made for anything faster."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

FRAMES = "async () => { for (let k = 0; k < 5; k++) await new Promise(requestAnimationFrame); }"


def settled(page: Page) -> None:
    """Waits until what has come into sight is there to stay.

    When a tab or a fold is opened for the first time, Gradio draws its widgets and, up to three animation frames later,
    sets each to the value that it had before. Whatever was typed in between is lost. No hand is as quick.
    """
    page.evaluate(FRAMES)


def write(field: Locator, value: str) -> None:
    """Types into a field, as soon as it is there to stay, and leaves it."""
    expect(field).to_be_visible()
    settled(field.page)
    field.fill(value)
    field.blur()


def unfold(page: Page, id: str) -> None:
    """Opens a menu of the bar, "TAB-export" or "TAB-use", whose buttons are seen then."""
    page.locator(f"#{id}-menu").click()


def turn_to(page: Page, name: str, label: str) -> None:
    """Opens a tab, from the menu of those that do not fit into the top line if it is there."""
    button = page.locator(f"#tab-{name}-button")
    if not button.is_visible():
        page.locator("#tabs .overflow-menu > button").click()
        button = page.locator("#tabs .overflow-dropdown button", has_text=label)
    button.click()
