// What a live panel needs the page for: it folds the static copies below, gives the sliders names and takes the icons'
// away for screen readers, and copies to the clipboard. Only a kernel answers the question at the end: in a page without
// one, and in a saved file, the copies stay open.
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

    const nameForReaders = (live) => {
      for (const icon of live.querySelectorAll("button i.fa")) icon.ariaHidden = "true";
      // What is reached to be scrolled has a name; ipywidgets puts it on a label that nobody sees.
      for (const region of live.querySelectorAll(".widget-html[tabindex]")) {
        [region.role, region.ariaLabel] = ["region", region.querySelector(".widget-label").title];
      }
      for (const slider of live.querySelectorAll(".widget-slider")) {
        // A slider beside a number field has the field's label.
        const field = slider.closest(".gradnb-number")?.querySelector(".widget-text .widget-label");
        const labels = [slider.querySelector(".widget-label"), field].map((label) => label?.textContent);
        for (const part of slider.querySelectorAll("[role=slider], .widget-readout")) part.ariaLabel = labels.find(Boolean);
        slider.querySelector(".widget-readout")?.setAttribute("role", "textbox");
      }
    };

    const copy = (event) => {
      const area = event.target.closest?.(".gradnb-copy")?.closest(".gradnb-drawer")?.querySelector("textarea");
      if (!area) return;
      area.select();
      // Where a page may not write to the clipboard, the text is selected, and the keyboard copies it.
      navigator.clipboard?.writeText(area.value).catch(() => document.execCommand("copy"));
    };

    let observer;
    let live;
    const follow = () => {
      live = el.parentElement;
      if (!live || observer) return;
      const own = el.closest(".jp-OutputArea-child");
      const put = () => {
        if (own?.parentElement) foldCopies(own); // an output that was cleared has none
        nameForReaders(live);
      };
      put();
      observer = new MutationObserver(put);
      observer.observe(own?.parentElement ?? live, { childList: true, subtree: true });
      live.addEventListener("click", copy);
    };

    model.on("msg:custom", follow);
    model.send("is the kernel there?");
    return () => {
      observer?.disconnect();
      live?.removeEventListener("click", copy);
      model.off("msg:custom", follow);
    };
  },
};
