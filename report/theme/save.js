/* Saves a figure whole, at the size of a slide: with finding, keys, chart, source and what it is of. */
"use strict";
(function () {
  const [WIDTH, HEIGHT, MARGIN] = [1600, 900, 60];
  const PIXELS = 2; // of a picture, to each unit of the slide
  const LARGEST = 2.4; // times a chart's size on the page
  const TALL = 500; // a chart that is taller is drawn tighter
  const SVG = "http://www.w3.org/2000/svg";

  function make(name, attributes, text) {
    const made = document.createElementNS(SVG, name);
    Object.entries(attributes || {}).forEach(([key, value]) => made.setAttribute(key, String(value)));
    if (text !== undefined) made.textContent = text;
    return made;
  }

  /* The text in lines that fit. */
  function lines(text, font, width) {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = font;
    return text.trim().split(/\s+/).reduce(function (found, word) {
      const longer = found.length ? `${found[found.length - 1]} ${word}` : word;
      if (found.length && pen.measureText(longer).width > width) found.push(word);
      else found.splice(-1, 1, longer);
      return found;
    }, []);
  }

  /* A key as the page's style draws it. */
  function mark(key, x, middle) {
    const style = getComputedStyle(key);
    const [width, height] = [style.width, style.height].map((length) => 1.6 * parseFloat(length));
    const image = style.backgroundImage;
    const line = function (side, to) {
      const dash = { dashed: "8 6", dotted: "3 5" }[style[`border${side}Style`]] || "none";
      return make("path", {
        d: `M ${x} ${middle} ${to}`, fill: "none", stroke: style[`border${side}Color`],
        "stroke-width": 3, "stroke-dasharray": dash,
      });
    };
    if (parseFloat(style.borderLeftWidth)) return line("Left", `m 0 ${-height / 2} v ${height}`);
    if (parseFloat(style.borderTopWidth)) return line("Top", `h ${width}`);
    if (image.startsWith("repeating")) {
      const [colour] = image.match(/rgba?\([^)]*\)/);
      return make("path", {
        d: `M ${x} ${middle} h ${width}`, stroke: colour, "stroke-width": 3, "stroke-dasharray": "12 4 3 4",
      });
    }
    if (image !== "none") {
      const [colour] = image.match(/rgba?\([^)]*\)/);
      return make("path", {
        d: `M ${x} ${middle} h ${width} M ${x + width / 2} ${middle - height / 2} v ${height}`,
        stroke: colour, "stroke-width": width / 3,
      });
    }
    if (style.clipPath.startsWith("polygon")) {
      return make("path", {
        d: `M ${x + width / 2} ${middle - height / 2} l ${width / 2} ${height} h ${-width} z`, fill: style.backgroundColor,
      });
    }
    const turn = style.transform === "none" ? {} : { transform: `rotate(45 ${x + width / 2} ${middle})` };
    const round = style.borderTopLeftRadius;
    return make("rect", {
      x: x, y: middle - height / 2, width: width, height: height, fill: style.backgroundColor, opacity: style.opacity,
      rx: round.endsWith("%") ? width / 2 : 1.6 * parseFloat(round), ...turn,
    });
  }

  /* The chart at a width, in the page's colours, as the reader has set it. */
  async function draw(spec, width, config, view) {
    const height = spec.height > TALL ? Math.max(TALL, 0.8 * spec.height) : spec.height;
    const sized = { ...spec, width: width, height: height };
    const options = { renderer: "svg", config: config, actions: false };
    const found = await vegaEmbed(document.createElement("div"), sized, options);
    (spec.params || []).filter((each) => "value" in each).forEach(function (each) {
      found.view.signal(each.name, view.signal(each.name));
    });
    await found.view.runAsync();
    const text = await found.view.toSVG();
    found.view.finalize();
    return new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  }

  async function slide(figure, spec, config, view) {
    const style = getComputedStyle(document.body);
    const of = (name) => style.getPropertyValue(name).trim();
    const family = style.fontFamily;
    const room = WIDTH - 2 * MARGIN;
    const whole = make("svg", {
      xmlns: SVG, width: WIDTH, height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img",
    });
    const finding = figure.querySelector(".finding").textContent;
    whole.append(make("title", {}, finding));
    whole.append(make("desc", {}, figure.querySelector(".vega").dataset.alternative));
    whole.append(make("rect", { width: WIDTH, height: HEIGHT, fill: of("--paper") }));
    let y = 30;

    function write(text, size, colour, weight) {
      lines(text, `${weight} ${size}px ${family}`, room).forEach(function (line) {
        y += 1.3 * size;
        whole.append(make("text", {
          x: MARGIN, y: y, "font-family": family, "font-size": size, "font-weight": weight, fill: colour,
        }, line));
      });
    }

    const notes = Array.from(document.querySelectorAll("[data-on-figures]"), (note) => note.dataset.onFigures);
    if (figure.dataset.note) notes.push(figure.dataset.note);
    if (notes.length) write(notes.join(" · "), 22, of("--ink"), 700);
    write(finding, 38, of("--ink"), 600);
    const about = figure.querySelector(".about");
    y += 6;
    if (about) write(about.textContent, 24, of("--soft"), 400);
    y += 12;

    let x = MARGIN;
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = `400 22px ${family}`;
    const keys = Array.from(figure.querySelectorAll("ul.keys li"));
    if (keys.length) y += 36;
    keys.forEach(function (item) {
      const key = item.querySelector(".key");
      const wide = 1.6 * parseFloat(getComputedStyle(key).width) + 12;
      const long = pen.measureText(item.textContent).width;
      if (x > MARGIN && x + wide + long > WIDTH - MARGIN) [x, y] = [MARGIN, y + 36];
      whole.append(mark(key, x, y - 8), make("text", {
        x: x + wide, y: y, "font-family": family, "font-size": 22, fill: of("--soft"),
      }, item.textContent));
      x += wide + long + 36;
    });
    const top = y + 16;

    const files = figure.querySelectorAll(":scope > .source a:not(.permalink)");
    const data = [...files].map((file) => `Data: ${file.textContent}`);
    const from = [...data, document.title].filter(Boolean).join(" · ");
    const foot = lines(from, `400 20px ${family}`, room);
    y = HEIGHT - MARGIN / 2 - 26 * foot.length;
    const bottom = y - 8;
    write(from, 20, of("--soft"), 400);

    const first = await draw(spec, room / 2, config, view);
    const width = Math.max(room / LARGEST, room * first.getAttribute("height") / (bottom - top));
    const chart = await draw(spec, width, config, view);
    const own = [chart.getAttribute("width"), chart.getAttribute("height")];
    const scale = Math.min(room / own[0], (bottom - top) / own[1]);
    chart.setAttribute("x", MARGIN);
    chart.setAttribute("y", top + (bottom - top - scale * own[1]) / 2);
    chart.setAttribute("width", scale * own[0]);
    chart.setAttribute("height", scale * own[1]);
    whole.append(document.importNode(chart, true));
    return new XMLSerializer().serializeToString(whole);
  }

  function picture(svg) {
    return new Promise(function (resolve, reject) {
      const image = new Image();
      image.onload = function () {
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [PIXELS * WIDTH, PIXELS * HEIGHT];
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        canvas.toBlob(resolve, "image/png");
      };
      image.onerror = () => reject(new Error("the figure could not be drawn as a picture"));
      image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
    });
  }

  /* Save as "svg" or "png". spec, config: as drawn on the page; view: that drawing. */
  window.saveFigure = async function (figure, spec, config, view, kind) {
    const svg = await slide(figure, spec, config, view);
    const file = kind === "png" ? await picture(svg) : new Blob([svg], { type: "image/svg+xml" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = `${figure.id || "chart"}.${kind}`;
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };
})();
