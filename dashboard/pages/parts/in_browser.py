"""What only the browser can see to: drawing anew when its colours change, going to the panel of a link, and Back.

Streamlit tells the server of a new colour scheme with the next run only: until then charts and logo, drawn here, would
stand on the other background. An address cannot be followed to a heading within a page either: it is drawn too late.
Where a page takes something from its address, Streamlit makes a step of history of it, so that Back would stay there.
"""

from __future__ import annotations

import streamlit as st

PANEL = "panel"
"""The part of the address that names a panel, by its anchor."""
_NAME = "in_browser"

_SCRIPT = """
const SETTLES_MS = 3000, EVERY_MS = 150
const done = new WeakMap()

const push = history.pushState
if (!push.betweenPages) {
  history.pushState = function (state, unused, url) {
    const within = new URL(url ?? location.href, location.href).pathname === location.pathname
    return within ? history.replaceState(state, unused, url) : push.call(history, state, unused, url)
  }
  history.pushState.betweenPages = true
}

export default function ({ data, parentElement, setTriggerValue }) {
  if (data.panel && done.get(parentElement) !== data.panel) goTo(data.panel)
  done.set(parentElement, data.panel)

  const colours = window.matchMedia("(prefers-color-scheme: dark)")
  const drawAnew = () => setTimeout(() => setTriggerValue("colours", Date.now()), EVERY_MS)  // once Streamlit has them
  colours.addEventListener("change", drawAnew)
  return () => colours.removeEventListener("change", drawAnew)
}

function goTo(panel) {
  const events = ["wheel", "touchstart", "keydown", "mousedown"]  // the reader scrolls: leave the page alone
  let settled
  const timer = setInterval(() => {
    const heading = document.getElementById(panel)
    if (!heading) return
    settled ??= Date.now() + SETTLES_MS
    if (Date.now() > settled) return stop()
    heading.scrollIntoView({ block: "start" })  // again and again, as charts above take their room
  }, EVERY_MS)
  const stop = () => {
    clearInterval(timer)
    events.forEach((name) => window.removeEventListener(name, stop))
  }
  events.forEach((name) => window.addEventListener(name, stop, { passive: true }))
}
"""
_component = st.components.v2.component(_NAME, js=_SCRIPT)


def mount() -> None:
    """Put it on the page, where it takes no room."""
    st.html(f"<style>:has(> .st-key-{_NAME}) {{ position: absolute; }}</style>")
    with st.container(key=_NAME):
        _component(data={"panel": st.query_params.get(PANEL, "")}, on_colours_change=lambda: None)
