// What a live panel needs the page for: it folds the static copies below, and names the sliders for screen readers.
// Only a kernel answers the question at the end: in a page without one, and in a saved file, the copies stay open.
export default {
  render({ model, el }) {
    el.style.display = "none";
    const folded = new WeakSet();

    const foldCopies = (own) => {
      const outputs = [...own.parentElement.children];
      const copies = outputs.slice(outputs.indexOf(own) + 1).map((output) => output.querySelector("details"));
      for (const copy of copies.filter(Boolean).slice(0, model.get("copies"))) {
        if (!folded.has(copy)) copy.open = false;
        folded.add(copy);
      }
    };

    const nameSliders = (own) => {
      for (const slider of own.querySelectorAll(".widget-slider")) {
        const name = slider.querySelector(".widget-label")?.textContent;
        for (const part of slider.querySelectorAll("[role=slider], .widget-readout")) part.ariaLabel = name;
        slider.querySelector(".widget-readout")?.setAttribute("role", "textbox");
      }
    };

    let observer;
    const follow = () => {
      const own = el.closest(".jp-OutputArea-child");
      if (!own || observer) return;
      const put = () => {
        foldCopies(own);
        nameSliders(own);
      };
      put();
      observer = new MutationObserver(put);
      observer.observe(own.parentElement, { childList: true, subtree: true });
    };

    model.on("msg:custom", follow);
    model.send("is the kernel there?");
    return () => {
      observer?.disconnect();
      model.off("msg:custom", follow);
    };
  },
};
