/* What a column holds, on hover, on focus and on a tap; and that a table is wider than the page. */
"use strict";
(function () {
  const LEAVE = 200; // milliseconds, to get from the heading to its explanation
  const EDGE = 8; // pixels kept free beside it

  function explain(heads) {
    const tip = document.createElement("div");
    tip.id = "about-column";
    tip.setAttribute("role", "tooltip");
    tip.hidden = true;
    document.body.append(tip);
    let shown = null;
    let of = null;
    let leaving = 0;

    function hide() {
      window.clearTimeout(leaving);
      if (shown) shown.removeAttribute("aria-describedby");
      shown = null;
      tip.hidden = true;
    }
    function show(head, control) {
      hide();
      shown = control;
      of = head;
      tip.textContent = head.dataset.about;
      tip.hidden = false;
      control.setAttribute("aria-describedby", tip.id);
      follow();
    }
    function follow() { // also where a focus scrolled to the heading
      if (!shown) return;
      const place = of.getBoundingClientRect();
      const widest = document.documentElement.clientWidth - tip.offsetWidth - EDGE;
      tip.style.left = Math.max(EDGE, Math.min(place.left, widest)) + "px";
      const below = place.bottom + tip.offsetHeight + EDGE < window.innerHeight;
      tip.style.top = (below ? place.bottom : place.top - tip.offsetHeight) + "px";
    }
    function leave() {
      window.clearTimeout(leaving);
      leaving = window.setTimeout(hide, LEAVE);
    }
    heads.forEach(function (head) {
      const control = head.querySelector("button") || head;
      if (control === head) head.tabIndex = 0;
      head.addEventListener("mouseenter", () => show(head, control));
      head.addEventListener("mouseleave", leave);
      control.addEventListener("focus", () => show(head, control));
      control.addEventListener("blur", hide);
      head.addEventListener("click", () => show(head, control));
    });
    tip.addEventListener("mouseenter", () => window.clearTimeout(leaving));
    tip.addEventListener("mouseleave", leave);
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
    document.addEventListener("scroll", follow, { passive: true, capture: true });
  }

  function tell(frame) {
    const said = document.createElement("p");
    said.className = "scrolls";
    said.textContent = "Scroll the table sideways for more →";
    said.hidden = true;
    frame.before(said);
    new ResizeObserver(function () {
      said.hidden = frame.scrollWidth <= frame.clientWidth;
    }).observe(frame);
  }

  document.addEventListener("DOMContentLoaded", function () {
    explain(document.querySelectorAll("th[data-about]"));
    document.querySelectorAll(".table-frame").forEach(tell);
  });
})();
