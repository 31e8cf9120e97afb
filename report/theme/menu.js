/* The preview's navigation behind a button on a phone; without scripts it stays open. */
"use strict";
document.addEventListener("DOMContentLoaded", function () {
  const button = document.querySelector(".menu-button");
  const pages = document.querySelector("header.top nav");
  button.hidden = false;
  pages.classList.add("folded");
  button.addEventListener("click", function () {
    const open = pages.classList.toggle("folded") === false;
    button.setAttribute("aria-expanded", String(open));
  });
});
