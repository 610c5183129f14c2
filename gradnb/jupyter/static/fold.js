// Folds the static copies below a live panel. Only a kernel answers the question below: in a page without one, and in
// a saved file, the copies stay open.
export default {
  render({ model, el }) {
    el.style.display = "none";
    const folded = new WeakSet();
    let observer;

    const fold = () => {
      const own = el.closest(".jp-OutputArea-child");
      if (!own) return;
      const area = own.parentElement;
      const foldCopies = () => {
        const outputs = [...area.children];
        const copies = outputs.slice(outputs.indexOf(own) + 1).map((output) => output.querySelector("details"));
        for (const copy of copies.filter(Boolean).slice(0, model.get("copies"))) {
          if (!folded.has(copy)) copy.open = false;
          folded.add(copy);
        }
      };
      foldCopies();
      observer?.disconnect();
      observer = new MutationObserver(foldCopies);
      observer.observe(area, { childList: true, subtree: true });
    };

    model.on("msg:custom", fold);
    model.send("is the kernel there?");
    return () => {
      observer?.disconnect();
      model.off("msg:custom", fold);
    };
  },
};
