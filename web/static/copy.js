"use strict";
// Buttons that copy the text beside them. Without this script, or where it may not copy, there are none.
for (const button of navigator.clipboard ? document.querySelectorAll("button[data-copy]") : []) {
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.clipboard.writeText(button.previousElementSibling.textContent).then(() => {
      button.textContent = button.dataset.done;
    });
  });
}
