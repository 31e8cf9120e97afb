/* The page on accuracy: a list of labels to reorder, and answers that look at nothing, measured. */
"use strict";
(function () {
  const WIDTH = 2; // base-36 digits of a score, in thousandths
  const PERCENT = (share) => (100 * share).toFixed(1) + "%";
  const three = (value) => (isNaN(value) ? "–" : value.toFixed(3));
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const read = (script) => JSON.parse(script.textContent);
  const has = (film, genre) => (film >> genre & 1) === 1;

  /* The place of the largest value, the first of equals, as argmax has it. */
  function argmax(values) {
    return values.reduce((best, value, at) => (value > values[best] ? at : best), 0);
  }

  /* Step-wise; films with the same score count as one step. NaN where no film has the label. */
  function averagePrecision(truth, scores) {
    const films = scores.map((score, at) => [score, truth[at]]).sort((a, b) => b[0] - a[0]);
    const positives = truth.filter(Boolean).length;
    let [hits, before, sum] = [0, 0, 0];
    films.forEach(function ([score, own], at) {
      hits += own ? 1 : 0;
      if (at + 1 < films.length && films[at + 1][0] === score) return;
      sum += (hits - before) / positives * (hits / (at + 1));
      before = hits;
    });
    return positives ? sum : NaN;
  }

  function f1(truth, named) {
    const both = truth.filter((own, at) => own && named[at]).length;
    const [positives, predicted] = [truth, named].map((all) => all.filter(Boolean).length);
    return positives ? 2 * both / (positives + predicted) : NaN;
  }

  /* Every measure. truth, scores: a row a film, a column a label. */
  function measures(truth, scores, threshold) {
    const named = scores.map((row) => row.map((score) => score >= threshold));
    const largest = scores.map(argmax);
    const labels = truth[0].map((_, label) => label);
    const column = (rows, label) => rows.map((row) => row[label]);
    const over = (of, rows) => mean(labels
      .map((label) => of(column(truth, label), column(rows, label)))
      .filter((value) => !isNaN(value)));
    return {
      keras: mean(truth.map((row, film) => Number(row.indexOf(true) === largest[film]))),
      top: mean(truth.map((row, film) => Number(row[largest[film]]))),
      exact: mean(truth.map((row, film) => Number(row.every((own, at) => own === named[film][at])))),
      binary: mean(truth.flatMap((row, film) => row.map((own, at) => Number(own === named[film][at])))),
      f1: over(f1, named),
      ap: over(averagePrecision, scores),
    };
  }

  /* Some of a list, evenly along it. */
  function evenly(list, count) {
    return Array.from({ length: count }, (_, at) => list[Math.floor((at + 0.5) * list.length / count)]);
  }

  /* As many films as can be kept so that this share of them has the genre. */
  function withShare(films, genre, share) {
    const [own, others] = [true, false].map((yes) => films.filter((film) => has(film.labels, genre) === yes));
    const total = Math.floor(Math.min(own.length / share, others.length / (1 - share)) + 1e-9);
    const count = Math.min(Math.round(total * share), own.length);
    return evenly(own, count).concat(evenly(others, Math.min(total - count, others.length)));
  }

  function reorder(box, changed) {
    const data = read(box.querySelector("script.labels"));
    const list = box.querySelector("ol.genres");
    const said = box.querySelector("[role=status]");
    const order = () => Array.from(list.children, (row) => Number(row.dataset.genre));
    const share = data.genres.map((_, genre) => mean(data.films.map((film) => Number(has(film, genre)))));

    function update(moved) {
      const now = order();
      const first = data.films.map((film) => now.find((genre) => has(film, genre)));
      const accuracy = data.genres.map((_, genre) => mean(first.map((own) => Number(own === genre))));
      const best = now[argmax(now.map((genre) => accuracy[genre]))];
      Array.from(list.children).forEach(function (row) {
        const genre = Number(row.dataset.genre);
        row.querySelector(".share").style.width = PERCENT(share[genre] / 0.5);
        row.querySelector(".first").style.width = PERCENT(accuracy[genre] / 0.5);
        row.querySelector("output").textContent = PERCENT(accuracy[genre]);
        row.classList.toggle("best", genre === best);
      });
      const perfect = data.films.map((film) => 1 / data.genres.filter((_, genre) => has(film, genre)).length);
      box.querySelector("#best-accuracy").textContent = PERCENT(accuracy[best]);
      box.querySelector("#best-genre").textContent = data.genres[best];
      box.querySelector("#best-precision").textContent = three(mean(share));
      box.querySelector("#perfect-accuracy").textContent = PERCENT(mean(perfect));
      if (moved) {
        said.textContent = `${moved} The best constant answer is ${data.genres[best]}, ` +
          `${PERCENT(accuracy[best])} in Keras’ accuracy.`;
      }
      changed(now);
    }

    /* It is the neighbours that move: what has the focus or is dragged stays in the document. */
    function move(row, by) {
      const other = by < 0 ? row.previousElementSibling : row.nextElementSibling;
      if (!other) return;
      if (by < 0) row.after(other);
      else row.before(other);
      update(`${data.genres[Number(row.dataset.genre)]} is label ${1 + Array.from(list.children).indexOf(row)}.`);
    }

    list.addEventListener("click", function (event) {
      const button = event.target.closest("button");
      if (button) move(button.closest("li"), Number(button.dataset.by));
    });
    list.addEventListener("keydown", function (event) {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (!by || !event.target.closest("button")) return;
      event.preventDefault();
      move(event.target.closest("li"), by);
    });
    list.addEventListener("pointerdown", function (event) {
      const row = event.target.closest(".grip, .genre") && event.target.closest("li");
      if (!row || event.button) return;
      event.preventDefault();
      row.classList.add("dragged");
      const drag = function (at) {
        const middle = (other) => other.getBoundingClientRect().top + other.offsetHeight / 2;
        const [before, after] = [row.previousElementSibling, row.nextElementSibling];
        if (before && at.clientY < middle(before)) move(row, -1);
        else if (after && at.clientY > middle(after)) move(row, 1);
      };
      const drop = function () {
        row.classList.remove("dragged");
        document.removeEventListener("pointermove", drag);
      };
      document.addEventListener("pointermove", drag);
      document.addEventListener("pointerup", drop, { once: true });
      document.addEventListener("pointercancel", drop, { once: true });
    });
    box.querySelector(".presets").addEventListener("click", function (event) {
      const button = event.target.closest("button");
      if (!button) return;
      const places = data.genres.map((_, genre) => genre);
      const sorted = {
        alphabetical: () => places,
        reversed: () => places.reverse(),
        rarest: () => places.sort((a, b) => share[a] - share[b]),
        commonest: () => places.sort((a, b) => share[b] - share[a]),
      }[button.dataset.order]();
      sorted.forEach((genre) => list.append(list.querySelector(`[data-genre="${genre}"]`)));
      update(`${button.textContent}.`);
    });
    update();
  }

  function lab(box) {
    const all = Array.from(box.querySelectorAll("script.labels"), read);
    const of = (name) => box.querySelector("#lab-" + name);
    let order = all[0].genres.map((_, genre) => genre);
    let asked = null; // the share of the genre that the reader set; null: as it is

    const corpus = () => all[Number(of("corpus").value)];

    function options(select, entries) {
      const before = select.value;
      select.replaceChildren(...entries.map(([text, value]) => new Option(text, value)));
      if (entries.some(([, value]) => String(value) === before)) select.value = before;
    }

    function films() {
      const kept = order.slice(0, Number(of("labels").value));
      const found = corpus().films
        .map((labels, film) => ({ labels: labels, film: film }))
        .filter((each) => kept.some((genre) => has(each.labels, genre)));
      return [kept, asked === null ? found : withShare(found, Number(of("genre").value), asked)];
    }

    function scoresOf(data, film, labels) {
      const start = Number(of("approach").value) * data.genres.length;
      return labels.map(function (genre) {
        const at = (start + genre) * WIDTH;
        return parseInt(data.scores[film].slice(at, at + WIDTH), 36) / 1000;
      });
    }

    function update() {
      const data = corpus();
      const [labels, kept] = films();
      const threshold = Number(of("threshold").value);
      const truth = kept.map((each) => labels.map((genre) => has(each.labels, genre)));
      const share = labels.map((_, label) => mean(truth.map((row) => Number(row[label]))));
      const answers = {
        constant: measures(truth, truth.map(() => share), threshold),
        everything: measures(truth, truth.map((row) => row.map(() => 1)), threshold),
        perfect: measures(truth, truth.map((row) => row.map(Number)), threshold),
      };
      // argmax would take the first of its labels, which a score of the labels does not
      answers.perfect.keras = mean(truth.map((row) => 1 / row.filter(Boolean).length));
      if (data.approaches.length) {
        const scores = kept.map((each) => scoresOf(data, each.film, labels));
        answers.approach = measures(truth, scores, threshold);
      }
      box.querySelectorAll("output[data-answer]").forEach(function (output) {
        const answer = answers[output.dataset.answer];
        const value = answer ? answer[output.closest("tr").dataset.measure] : NaN;
        output.textContent = three(value);
        output.parentNode.style.setProperty("--score", String(value || 0));
      });
      const genre = labels.indexOf(Number(of("genre").value));
      if (asked === null) of("share").value = String(share[genre]);
      of("share-value").textContent = PERCENT(share[genre]);
      of("labels-value").textContent = String(labels.length);
      of("threshold-value").textContent = threshold.toFixed(2);
      const cardinality = mean(truth.map((row) => row.filter(Boolean).length));
      of("kept").textContent = `${kept.length} of ${data.films.length}, ${cardinality.toFixed(2)} labels each`;
      tell(answers);
    }

    function tell(answers) {
      const names = Array.from(box.querySelectorAll("tr[data-measure]"), (row) =>
        [row.dataset.measure, row.querySelector("th").firstChild.textContent]);
      const better = names.filter(([key]) => answers.approach && answers.constant[key] > answers.approach[key]);
      of("finding").textContent = !answers.approach
        ? "No approach has scores for these films."
        : better.length
          ? `Better for the constant guess than for this approach: ${better.map(([, name]) => name).join(", ")}.`
          : "No measure puts the constant guess before this approach.";
    }

    function choices() {
      const data = corpus();
      const labels = order.slice(0, Number(of("labels").value));
      options(of("genre"), labels.map((genre) => [data.genres[genre], genre]));
      options(of("approach"), data.approaches.length
        ? data.approaches.map((each, at) => [each.name, at])
        : [["none: no scores", "0"]]);
      of("approach").disabled = !data.approaches.length;
    }

    function reset() {
      asked = null;
      choices();
      if (corpus().approaches.length) of("approach").value = String(corpus().leading);
      of("labels").value = "10";
      of("threshold").value = "0.36";
      choices();
      update();
    }

    of("corpus").addEventListener("input", reset);
    [of("labels"), of("genre")].forEach((input) => input.addEventListener("input", function () {
      asked = null;
      choices();
      update();
    }));
    of("share").addEventListener("input", function () {
      asked = Number(of("share").value);
      update();
    });
    [of("approach"), of("threshold")].forEach((input) => input.addEventListener("input", update));
    of("reset").addEventListener("click", reset);
    reset();
    return function (now) {
      order = now;
      asked = null;
      choices();
      update();
    };
  }

  document.addEventListener("DOMContentLoaded", function () {
    const box = document.querySelector("#lab");
    const reordered = box ? lab(box) : () => {};
    document.querySelectorAll("#reorder").forEach((list) => reorder(list, reordered));
  });
})();
