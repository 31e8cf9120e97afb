/* The preview's search over all pages; Quarto brings its own. */
"use strict";
(function () {
  const SHOWN = 8;
  const AROUND = 60; // characters shown to each side of what was found

  document.addEventListener("DOMContentLoaded", function () {
    const box = document.getElementById("site-search");
    const list = document.getElementById("site-found");
    const root = document.documentElement.dataset.root;
    let sections = []; // read when a reader first goes to the search

    function excerpt(section, word) {
      const at = Math.max(0, section.text.toLowerCase().indexOf(word) - AROUND);
      const text = section.text.slice(at, at + 2 * AROUND + word.length);
      return (at ? "…" : "") + text + "…";
    }

    function update() {
      const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
      list.hidden = words.length === 0;
      if (!words.length) return;
      const inHeading = (section) => words.some((w) => section.heading.toLowerCase().includes(w));
      const found = sections
        .filter((section) => words.every((word) => section.key.includes(word)))
        .sort((a, b) => inHeading(b) - inHeading(a))
        .slice(0, SHOWN);
      list.replaceChildren(...found.map(function (section) {
        const item = document.createElement("li");
        const link = document.createElement("a");
        const about = document.createElement("small");
        link.href = root + section.address;
        link.textContent = section.heading === section.page
          ? section.page
          : section.page + ": " + section.heading;
        about.textContent = excerpt(section, words[0]);
        item.append(link, about);
        return item;
      }));
      if (!found.length && window.reportContents) {
        const item = document.createElement("li");
        item.textContent = "Nothing found.";
        list.append(item);
      }
    }
    function read() {
      const script = document.createElement("script");
      script.src = root + "theme/contents.js";
      script.addEventListener("load", function () {
        sections = window.reportContents.map((section) =>
          Object.assign({ key: (section.heading + " " + section.text).toLowerCase() }, section));
        update();
      });
      document.head.append(script);
    }
    box.addEventListener("focus", read, { once: true });
    box.addEventListener("input", update);
    document.addEventListener("keydown", function (event) {
      if (event.key === "Escape") list.hidden = true;
    });
    document.addEventListener("click", function (event) {
      if (!event.target.closest(".site-search")) list.hidden = true;
      else if (box.value) list.hidden = false;
    });
  });
})();
