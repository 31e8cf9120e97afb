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

  /* Thousandths of one approach and genre, of a film's scores. */
  function score(data, scores, approach, genre) {
    const at = (approach * data.genres.length + genre) * WIDTH;
    return parseInt(scores.slice(at, at + WIDTH), 36);
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

  /* Shards of the films, each read once, as a script: a page opened from a disk can fetch none. */
  function shards(data) {
    const asked = {};
    return function (name) {
      asked[name] = asked[name] || new Promise(function (resolve, reject) {
        const script = element("script");
        script.src = `metrics/films/${name}.js`;
        script.onload = () => resolve(data.shards[name]);
        script.onerror = () => reject(new Error(script.src));
        document.head.append(script);
      });
      return asked[name];
    };
  }

  function explorer(box) {
    const data = window.trailerFilms;
    const load = shards(data);
    const search = box.querySelector("#film-search");
    const genre = box.querySelector("#film-genre");
    const found = box.querySelector("#film-found");
    const shown = box.querySelector("#film-shown");
    const named = box.dataset.named.split(" ");
    const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    const films = []; // whose titles have been read, in the order of films.json
    let chosen = null; // the film that is shown, or will be when its scores have been read
    data.genres.forEach((name, place) => genre.add(new Option(name, String(place))));
    genre.closest("label").hidden = !data.labelled;
    const has = (film, place) => Boolean(film.genres) && film.genres.includes(place);
    const year = (film) => ` (${film.year ?? "–"})`;

    async function choose(film) {
      chosen = film;
      found.querySelectorAll("button").forEach(function (button) {
        button.setAttribute("aria-pressed", String(button.dataset.film === film.id));
      });
      const number = Math.floor(film.place / data.scores);
      try {
        const scores = (await load(`scores-${number}`))[film.place % data.scores];
        if (chosen === film) show(film, scores);
      } catch {
        if (chosen === film) say("The scores of this film could not be read: a file is missing.");
      }
    }

    const say = (text) => shown.replaceChildren(element("p", text, "empty"));

    function show(film, scores) {
      const own = (film.genres || []).map((place) => data.genres[place]).join(", ");
      const title = element("h3");
      title.append(element("bdi", film.title), year(film));
      const about = element("p", data.labelled ? `${own} · ` : "", "caption");
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
          const value = score(data, scores, place, column);
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
      const note = (data.labelled ? "Marked: the film's own genres. " : "") +
        "First the approaches named before the run.";
      shown.replaceChildren(title, about, frame, element("p", note, "source"));
    }

    /* afresh: for what a reader asks; else what is listed stays, and more is found behind it. */
    function update(afresh) {
      const words = plain(search.value).split(/\s+/).filter(Boolean);
      const wanted = genre.value === "" ? null : Number(genre.value);
      const every = !words.length && wanted === null;
      if (!every) readAll();
      const fit = every ? films : films.filter((film) =>
        words.every((word) => film.key.includes(word)) && (wanted === null || has(film, wanted)));
      const count = (number) => number.toLocaleString("en");
      const total = every ? data.films : fit.length;
      const more = total > SHOWN ? `, the first ${SHOWN} are listed` : "";
      const so = every || films.length === data.films ? "" : `; ${count(films.length)} are searched so far`;
      box.querySelector("#film-count").textContent =
        `${count(total)} of ${count(data.films)} films${more}${so}`;
      if (afresh) found.replaceChildren();
      fit.slice(found.childElementCount, SHOWN).forEach(list);
      if (fit.length && (afresh || !chosen)) choose(fit[0]);
      if (fit.length) return;
      chosen = null;
      say(so ? "No film found so far." : "No film found.");
    }

    function list(film) {
      const button = element("button");
      button.type = "button";
      button.dataset.film = film.id;
      button.setAttribute("aria-pressed", String(film === chosen));
      button.append(element("bdi", film.title), year(film));
      button.addEventListener("click", () => choose(film));
      const item = element("li");
      item.append(button);
      found.append(item);
    }

    const last = Math.ceil(data.films / data.titles);

    async function read(start, stop) {
      const asked = [];
      for (let number = start; number < stop; number += 1) asked.push(load(`titles-${number}`));
      for (const shard of asked) {
        (await shard).forEach(function ([id, title, year, genres]) {
          const key = plain([title, year ?? "", id].join(" "));
          films.push({ id, title, year, genres, key, place: films.length });
        });
        update(false);
      }
    }

    let reading = read(0, 1); // the others when a reader first searches
    let all = false;
    function readAll() {
      if (!all) reading = reading.then(() => read(1, last)).catch(missing);
      all = true;
    }
    function missing() {
      box.querySelector("#film-count").textContent =
        "The titles of some films could not be read: a file is missing.";
    }
    reading.catch(missing);
    const asked = new URLSearchParams(location.hash.slice(1)).get("film"); // a link to one film, by its id
    if (asked) {
      search.value = asked;
      readAll();
      reading.then(() => {
        update(true);
        const film = films.find((each) => each.id === asked); // others may have its id in theirs
        if (film) choose(film);
      });
    }
    search.addEventListener("input", () => update(true));
    genre.addEventListener("change", () => update(true));
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll(".slider").forEach(slider);
    if (window.trailerFilms) document.querySelectorAll(".explorer").forEach(explorer);
  });
})();
