// A policy's form shows the parameters of the chosen detector; without this script it shows those of all.
"use strict";
(() => {
  const chosen = document.getElementById("id_detector");
  if (!chosen) return;
  const showParameters = () => document.querySelectorAll("fieldset.parameters").forEach((group) => {
    group.hidden = !group.classList.contains(`of-${chosen.value}`);
  });
  chosen.addEventListener("change", showParameters);
  showParameters();
})();
