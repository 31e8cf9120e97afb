/* What a reader moves: the threshold, and the search over films. Every text is set as text. */
"use strict";
(function () {
  const WIDTH = 2; // base-36 digits of a score, in thousandths

  function element(name, text, kind) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  }

  const two = (number) =>
    number === null || number === undefined || isNaN(number) ? "–" : number.toFixed(2);

  /* Thousandths of one film, approach and genre. */
  function score(data, film, approach, genre) {
    const at = (approach * data.genres.length + genre) * WIDTH;
    return parseInt(film.scores.slice(at, at + WIDTH), 36);
  }

  function slider(box) {
    const data = JSON.parse(box.querySelector("script.values").textContent);
    const choice = box.querySelector("select");
    const range = box.querySelector("input[type=range]");
    const views = window.reportViews;

    /* From a table made beforehand: it has every threshold of the approaches named before the run,
       and of the others the fixed ones. */
    function byGenre(threshold) {
      const found = (data.genres[choice.value] || {})[String(threshold)];
      box.querySelectorAll("tr[data-genre]").forEach(function (row) {
        const at = found && found[row.dataset.genre];
        row.querySelectorAll("output").forEach(function (output, place) {
          output.textContent = two(at ? at[place] : null);
        });
      });
      box.querySelector(".none-here").hidden = Boolean(found);
    }

    function update() {
      const threshold = data.thresholds[Number(range.value)];
      const at = data.rows[choice.value][Number(range.value)];
      box.querySelector("#slider-value").textContent = String(threshold);
      range.setAttribute("aria-valuetext", String(threshold));
      data.columns.forEach(function (column, place) {
        box.querySelector('[data-column="' + column + '"]').textContent = two(at[place]);
        const beside = data.everything ? two(data.everything[place]) : "–";
        box.querySelector('[data-everything="' + column + '"]').textContent = beside;
      });
      byGenre(threshold);
      if (views.sweep) {
        views.sweep.signal("approach", choice.value).signal("threshold", threshold).runAsync();
      }
    }
    choice.addEventListener("change", update);
    range.addEventListener("input", update);
    document.addEventListener("charts-drawn", update);
    update();
  }

  const SHOWN = 15; // films of a search

  function explorer(box) {
    const data = window.trailerFilms;
    const search = box.querySelector("#film-search");
    const genre = box.querySelector("#film-genre");
    const found = box.querySelector("#film-found");
    const shown = box.querySelector("#film-shown");
    const named = box.dataset.named.split(" ");
    const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    const keys = data.films.map((film) => plain([film.title, film.year ?? "", film.id].join(" ")));
    data.genres.forEach((name, place) => genre.add(new Option(name, String(place))));
    const labelled = data.films.some((film) => film.genres);
    genre.closest("label").hidden = !labelled;
    const has = (film, place) => Boolean(film.genres) && film.genres.includes(place);
    const year = (film) => ` (${film.year ?? "–"})`;

    function show(film) {
      const own = (film.genres || []).map((place) => data.genres[place]).join(", ");
      const title = element("h3");
      title.append(element("bdi", film.title), year(film));
      const about = element("p", labelled ? `${own} · ` : "", "caption");
      about.append(element("bdi", film.id));
      const table = element("table");
      table.dataset.quartoDisableProcessing = "true";
      const head = table.createTHead().insertRow();
      head.append(element("th", "Approach"));
      data.genres.forEach(function (name, place) {
        const cell = element("th", name, "number");
        cell.scope = "col";
        if (has(film, place)) cell.classList.add("own");
        head.append(cell);
      });
      head.cells[0].scope = "col";
      const body = table.createTBody();
      const order = data.approaches.map((approach, place) => [named.indexOf(approach.slug), place]);
      order.sort((a, b) => (a[0] < 0 ? 99 : a[0]) - (b[0] < 0 ? 99 : b[0]) || a[1] - b[1]);
      order.forEach(function ([rank, place]) {
        const approach = data.approaches[place];
        const row = body.insertRow();
        const first = element("th");
        first.scope = "row";
        first.append(element("i", undefined, "key " + approach.modality), approach.name || approach.slug);
        first.title = approach.slug;
        row.append(first);
        if (rank >= 0) row.className = "named";
        data.genres.forEach(function (_, column) {
          const value = score(data, film, place, column);
          const cell = element("td", two(value / 1000), "number score");
          cell.style.setProperty("--score", String(value / 1000));
          if (has(film, column)) cell.classList.add("own");
          row.append(cell);
        });
      });
      const frame = element("div", undefined, "table-frame");
      frame.tabIndex = 0;
      frame.setAttribute("role", "region");
      frame.setAttribute("aria-label", "Scores of every approach");
      frame.append(table);
      const note = (labelled ? "Marked: the film's own genres. " : "") +
        "First the approaches named before the run.";
      shown.replaceChildren(title, about, frame, element("p", note, "source"));
      found.querySelectorAll("button").forEach(function (button) {
        button.setAttribute("aria-pressed", String(button.dataset.film === film.id));
      });
    }

    function update() {
      const words = plain(search.value).split(/\s+/).filter(Boolean);
      const wanted = genre.value === "" ? null : Number(genre.value);
      const films = data.films.filter((film, place) =>
        words.every((word) => keys[place].includes(word)) &&
        (wanted === null || has(film, wanted)));
      const more = films.length > SHOWN ? `, the first ${SHOWN} are listed` : "";
      box.querySelector("#film-count").textContent =
        `${films.length} of ${data.films.length} films${more}`;
      found.replaceChildren(...films.slice(0, SHOWN).map(function (film) {
        const button = element("button");
        button.type = "button";
        button.dataset.film = film.id;
        button.append(element("bdi", film.title), year(film));
        button.addEventListener("click", () => show(film));
        const item = element("li");
        item.append(button);
        return item;
      }));
      if (films.length) show(films[0]);
      else shown.replaceChildren(element("p", "No film found.", "empty"));
    }
    search.addEventListener("input", update);
    genre.addEventListener("change", update);
    update();
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll(".slider").forEach(slider);
    if (window.trailerFilms) document.querySelectorAll(".explorer").forEach(explorer);
  });
})();
