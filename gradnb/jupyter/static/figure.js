// An image that the kernel draws, with the words that stand for it. The old one stays until the next is decoded.
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
    return () => {
      model.off("change:png", show);
      URL.revokeObjectURL(image.src);
    };
  },
};
