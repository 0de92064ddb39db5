// Axe's rules on this page; returns [violations, ways of painting a text whose contrast it found good].
// Contrast costs more than all other rules together and depends on nothing but how a text is painted: it is looked at
// only for texts that are painted like none in `known`.
async (known) => {
    const grounds = new Map();
    const ground = (element) => {
        if (!element) return "";
        if (!grounds.has(element)) grounds.set(element, ground(element.parentElement) + layer(getComputedStyle(element)));
        return grounds.get(element);
    };
    const layer = (style) => {
        const clear = style.backgroundColor === "rgba(0, 0, 0, 0)" && style.backgroundImage === "none";
        const plain = style.opacity === "1" && style.filter === "none" && style.mixBlendMode === "normal";
        return clear && plain ? "" : `${style.backgroundColor} ${style.backgroundImage} ${style.opacity} ${style.filter} ${style.mixBlendMode}/`;
    };
    const way = (element) => {
        const style = getComputedStyle(element);
        return [style.color, style.fontSize, style.fontWeight, style.textShadow, ground(element)].join("|");
    };
    const hasText = (element) =>
        element.matches("input, select, textarea") || [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());

    const ways = new Set(known);
    const texts = [...document.body.querySelectorAll("*")].filter((element) => hasText(element) && !ways.has(way(element)));
    const { violations } = await axe.run(document, { resultTypes: ["violations"], rules: { "color-contrast": { enabled: false } } });
    let good = [];
    if (texts.length) {
        const contrast = { resultTypes: ["violations", "passes"], runOnly: ["color-contrast"], elementRef: true };
        const found = await axe.run(texts, contrast);
        violations.push(...found.violations);
        good = found.passes.flatMap(({ nodes }) => nodes).map(({ element }) => way(element));
    }
    return [violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map(({ html }) => html.slice(0, 120))]), [...new Set(good)]];
}
