/* Draws the charts in the page's colours, sorts tables and copies them. No network. */
"use strict";
(function () {
  const views = (window.reportViews = {}); // by the figure's id, for explore.js
  const PHONE = 480, PHONE_LABEL = 140, PHONE_TALLER = 1.5; // pixels, pixels, times

  function isDark() {
    const body = document.body.classList;
    if (body.contains("quarto-dark")) return true;
    if (body.contains("quarto-light")) return false;
    return window.matchMedia("(prefers-color-scheme: dark)").matches;
  }

  function config() {
    const style = getComputedStyle(document.body);
    const of = (name) => style.getPropertyValue(name).trim();
    const [ink, soft, line] = [of("--ink"), of("--soft"), of("--line")];
    const font = style.fontFamily;
    return {
      background: "transparent",
      font: font,
      mark: { color: soft },
      bar: { color: soft },
      line: { color: ink },
      point: { color: ink },
      rule: { color: soft },
      tick: { color: ink },
      text: { color: ink, font: font, fontSize: 12 },
      view: { stroke: null },
      range: {
        heatmap: [of("--heat-low"), of("--heat-high")],
        diverging: [of("--less"), of("--even"), of("--more")],
      },
      axis: {
        labelColor: ink, titleColor: soft, gridColor: line, domainColor: line, tickColor: line,
        labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", titlePadding: 8,
        labelFont: font, titleFont: font,
      },
      axisY: { grid: false, ticks: false, labelPadding: 8, domain: false },
      axisYQuantitative: { grid: true },
      axisX: { labelOverlap: true, labelSeparation: 6, titleAnchor: "end" },
    };
  }

  /* On a phone names on an axis take more and shorter lines, so that the marks keep their room. */
  function narrowed(spec) {
    const lines = "split(replace(datum.label, regexp('(.{9,23}) ', 'g'), '$1|'), '|')";
    const offset = (count) => ({ test: "length(" + lines + ") >= " + count, value: -5.5 * (count - 1) });
    function visit(node) {
      if (node === null || typeof node !== "object") return;
      if (node.axis && node.axis.labelExpr) {
        Object.assign(node.axis, {
          labelExpr: lines, labelLimit: PHONE_LABEL, labelLineHeight: 11, labelFontSize: 10,
          labelOffset: { condition: [5, 4, 3, 2].map(offset), value: 0 },
        });
        spec.named = true;
      }
      Object.values(node).forEach(visit);
    }
    visit(spec);
    if (spec.named && typeof spec.height === "number") spec.height *= PHONE_TALLER;
    delete spec.named;
    return spec;
  }

  function draw(figure) {
    const place = figure.querySelector(".vega");
    let spec = JSON.parse(figure.querySelector("script.spec").textContent);
    if (place.clientWidth < PHONE) spec = narrowed(spec);
    const options = {
      renderer: "svg",
      config: config(),
      tooltip: { theme: isDark() ? "dark" : "light" },
      actions: { export: true, source: false, compiled: false, editor: false },
    };
    if (views[figure.id]) views[figure.id].finalize();
    return vegaEmbed(place, spec, options).then(function (result) {
      if (figure.id) views[figure.id] = result.view;
      // One image with one text, not a tree of marks.
      const svg = place.querySelector("svg.marks");
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", place.dataset.alternative);
      svg.removeAttribute("aria-roledescription");
      const menu = place.querySelector("summary");
      if (menu) menu.setAttribute("aria-label", "Save this chart as a picture");
      place.querySelectorAll(".vega-actions a").forEach(function (link) {
        const own = link.cloneNode(true); // without Vega's own saving, of the bare chart
        own.removeAttribute("target");
        own.href = "#";
        own.addEventListener("click", function (event) {
          event.preventDefault();
          const kind = /svg/i.test(own.textContent) ? "svg" : "png";
          window.saveFigure(figure, spec, options.config, result.view, kind);
        });
        link.replaceWith(own);
      });
    });
  }

  function drawAll() {
    const figures = Array.from(document.querySelectorAll("figure.chart"));
    return Promise.all(figures.map(draw)).then(function () {
      document.dispatchEvent(new Event("charts-drawn"));
      document.documentElement.dataset.charts = "drawn";
    });
  }

  function value(cell) {
    const text = cell.textContent.trim();
    const number = parseFloat(text.replace("−", "-").replace("+", "").replace(/^< /, ""));
    return cell.classList.contains("number") || !isNaN(number)
      ? (isNaN(number) ? -Infinity : number)
      : text;
  }

  function sortable(table) {
    const heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach(function (head, column) {
      head.querySelector("button").addEventListener("click", function () {
        const numeric = head.classList.contains("number");
        const before = head.getAttribute("aria-sort");
        const down = before ? before === "ascending" : numeric;
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const body = table.tBodies[0];
        Array.from(body.rows)
          .map((row) => [value(row.cells[column]), row])
          .sort(function (a, b) {
            const order = typeof a[0] === "number" && typeof b[0] === "number"
              ? a[0] - b[0]
              : String(a[0]).localeCompare(String(b[0]), "en");
            return down ? -order : order;
          })
          .forEach((pair) => body.appendChild(pair[1]));
      });
    });
  }

  /* The box above a table that leaves some of its rows. */
  function narrowable(table) {
    const said = table.closest(".table-frame").previousElementSibling;
    const box = said && said.matches(".only") && said.querySelector("input");
    if (!box) return;
    const narrow = () => table.querySelectorAll("tr.other").forEach((row) => { row.hidden = box.checked; });
    box.addEventListener("change", narrow);
    narrow(); // a browser may remember that it was ticked
  }

  /* A table as lines of cells with tabs between them, for a spreadsheet. */
  function asText(table) {
    const line = (row) => Array.from(row.cells)
      .map((cell) => cell.textContent.trim().replace(/\s+/g, " "))
      .join("\t");
    return Array.from(table.rows).filter((row) => !row.hidden).map(line).join("\n");
  }

  /* Where a page from the disk may not use the clipboard, a selection still can. */
  function copy(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const area = document.createElement("textarea");
    area.value = text;
    area.setAttribute("readonly", "");
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.appendChild(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done ? Promise.resolve() : Promise.reject(new Error("not copied"));
  }

  function copyable(table) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy this table");
    button.addEventListener("click", function () {
      copy(asText(table)).then(
        () => { button.textContent = "Copied"; },
        () => { button.textContent = "Not copied"; },
      );
      window.setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
    const frame = table.closest(".table-frame");
    frame.parentNode.insertBefore(button, frame);
  }

  /* Links to the other corpora: to the same page where they have it, else to their first; to all. */
  function switches() {
    const known = window.trailerCorpora || {};
    const [here, page] = window.location.pathname.split("/").slice(-2);
    const main = document.querySelector("main");
    if (!main || !(here in known) || Object.keys(known).length < 2) return;
    const nav = document.createElement("nav");
    nav.className = "corpora";
    nav.setAttribute("aria-label", "Corpora");
    nav.append("Corpus:");
    Object.keys(known).forEach(function (name) {
      const link = document.createElement(name === here ? "span" : "a");
      link.textContent = known[name].title;
      if (name === here) {
        link.setAttribute("aria-current", "true");
      } else {
        const same = known[name].pages.includes(page) ? page : "index.html";
        link.href = "../" + encodeURIComponent(name) + "/" + same;
      }
      nav.append(link);
    });
    const all = document.createElement("a");
    all.textContent = "Side by side";
    all.href = "../side_by_side.html";
    nav.append(all);
    main.prepend(nav);
  }

  document.addEventListener("DOMContentLoaded", function () {
    switches();
    document.querySelectorAll("table.sortable").forEach(function (table) {
      sortable(table);
      narrowable(table); // before a button comes between them
      copyable(table);
    });
    document.querySelectorAll("pre").forEach(function (box) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; // to be scrolled by keys
    });
    drawAll();
    let dark = isDark();
    function restyle() {
      if (isDark() === dark) return;
      dark = isDark();
      drawAll();
    }
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
    new MutationObserver(restyle).observe(document.body, { attributeFilter: ["class"] });
  });
})();
