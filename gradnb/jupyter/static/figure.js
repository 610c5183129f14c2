// An image that the kernel draws, with the words that stand for it. The old one stays until the next is decoded.
const NARROW = 640; // pixels

export default {
  render({ model, el }) {
    const image = el.appendChild(document.createElement("img"));
    const show = () => {
      const before = image.src;
      image.src = URL.createObjectURL(new Blob([model.get("png")], { type: "image/png" }));
      image.alt = model.get("words");
      if (before) URL.revokeObjectURL(before);
    };
    model.on("change:png", show);
    show();
    const observer = new ResizeObserver(() => {
      const narrow = el.clientWidth < NARROW;
      if (el.clientWidth === 0 || narrow === model.get("narrow")) return;
      model.set("narrow", narrow);
      model.save_changes();
    });
    observer.observe(el);
    return () => {
      observer.disconnect();
      model.off("change:png", show);
      URL.revokeObjectURL(image.src);
    };
  },
};
