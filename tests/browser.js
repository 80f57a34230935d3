// What test_browser.py asks of a page: each function gives a list of what is wrong, empty where all is well.

const all = selector => [...document.querySelectorAll(selector)];
const numbers = colour => colour.match(/[\d.]+/g).map(Number);

/** Violations that axe finds. Charts are looked at below, and of rows that look alike the first three. */
async function violations(tags) {
    const contrast = {type: "rule", values: ["color-contrast"]};
    const only = {resultTypes: ["violations"], preload: false};
    const found = [await axe.run({exclude: ["svg", "tbody tr:nth-child(n + 4)"]}, {...only, runOnly: contrast})];
    if (tags.length) found.push(await axe.run({...only, runOnly: tags, rules: {"color-contrast": {enabled: false}}}));
    return found.flatMap(each => each.violations)
        .flatMap(({id, nodes}) => nodes.map(node => `${id}: ${node.html} ${node.failureSummary}`));
}

/** Elements that leave the window, other than in a box that scrolls. */
function outside() {
    const scrolls = element => element
        && (/auto|scroll/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
    const leaves = element => {
        const {left, right, width} = element.getBoundingClientRect();
        return width && (left < -0.5 || right > innerWidth + 0.5) && !scrolls(element.parentElement);
    };
    const found = all("body *:not(svg *)").filter(leaves).map(element => element.outerHTML.slice(0, 80));
    return document.scrollingElement.scrollWidth > innerWidth ? ["the page scrolls sideways", ...found] : found;
}

function luminance(colour) {
    const [r, g, b] = colour.map(part => part / 255)
        .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(...colours) {
    const [dark, light] = colours.map(luminance).sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
}

/** Whether two boxes, turned in whatever way, leave a gap, or nearly: along a side of either they are apart. */
function apart(a, b) {
    return [a, b].some(box => box.some((corner, i) => {
        const next = box[(i + 1) % 4], [dx, dy] = [next.y - corner.y, corner.x - next.x], long = Math.hypot(dx, dy);
        const [ours, others] = [a, b].map(each => each.map(({x, y}) => (x * dx + y * dy) / long));
        return Math.max(...ours) < Math.min(...others) + 1 || Math.max(...others) < Math.min(...ours) + 1;
    }));
}

/** Words in drawings that are cut off, written over each other, or too pale for what they stand on (4.5 to 1). */
function illegible() {
    return all("svg").flatMap(svg => {
        const frame = svg.getBoundingClientRect(), found = [], opaque = /^rgb\(/;
        let card = svg;
        while (card.parentElement && !opaque.test(getComputedStyle(card).backgroundColor)) card = card.parentElement;
        const colour = getComputedStyle(card).backgroundColor;
        const paper = opaque.test(colour) ? numbers(colour) : [255, 255, 255];
        const marks = [...svg.querySelectorAll("path, rect, circle")].filter(mark => !mark.closest("defs"))
            .map(mark => [mark, getComputedStyle(mark)]).filter(([, style]) => style.fill.startsWith("rgb"));
        const ground = (text, point) => marks.reduce((under, [mark, style]) => {
            const below = mark.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING;
            if (!below || !mark.isPointInFill(point.matrixTransform(mark.getScreenCTM().inverse()))) return under;
            const [r, g, b, alpha = 1] = numbers(style.fill), share = alpha * style.fillOpacity * style.opacity;
            return [r, g, b].map((part, i) => share * part + (1 - share) * under[i]);
        }, paper);
        const words = [...svg.querySelectorAll("text")].filter(text => text.textContent.trim()).map(text => {
            const {x, y, width, height} = text.getBBox(), matrix = text.getScreenCTM();
            const at = (across, down) => new DOMPoint(x + across * width, y + down * height).matrixTransform(matrix);
            const ink = numbers(getComputedStyle(text).fill);
            const corners = [at(0, 0.2), at(1, 0.2), at(1, 0.8), at(0, 0.8)];  // letters do not fill their line
            const pale = Math.min(...[0.05, 0.5, 0.95].map(across => contrast(ink, ground(text, at(across, 0.5)))));
            if (corners.some(({x, y}) => x < frame.left - 1 || x > frame.right + 1))
                found.push(`cut off: ${text.textContent}`);
            if (corners.some(({x, y}) => y < frame.top - 1 || y > frame.bottom + 1))
                found.push(`cut off: ${text.textContent}`);
            if (pale < 4.5) found.push(`pale: ${text.textContent} (${pale.toFixed(1)} to 1)`);
            return [text.textContent, corners];
        });
        words.forEach(([text, box], i) => words.slice(i + 1).forEach(([other, beside]) => {
            if (!apart(box, beside)) found.push(`over each other: ${text} | ${other}`);
        }));
        return found.map(each => `${svg.getAttribute("aria-label")}: ${each}`);
    });
}

/** Characters of drawings by the weight of their font. */
function written() {
    const found = {400: "", 700: ""};
    for (const text of all("svg text")) found[getComputedStyle(text).fontWeight] += text.textContent;
    return found;
}

/** Texts that must stand on one sheet of paper together, others that must be printed, and what must not be. */
function printed() {
    const texts = elements => [...elements].map(each => each.textContent);
    const first = element => element.querySelector("svg text, li, th, p") ?? element;
    const followed = all("main :is(h1, h2, h3)").filter(heading => heading.nextElementSibling);
    return {
        together: [
            ...all("figure").map(figure => texts(figure.querySelectorAll(".chart-title, svg text"))),
            ...all("tr").filter(row => !row.closest(".code, .results")).map(row => texts(row.cells)),
            ...followed.map(heading => texts([heading, first(heading.nextElementSibling)]).map(text => text.slice(0, 15))),
        ],
        shown: texts(all(":is(.front, .say, .how, figcaption) p, .findings li")
            .filter(each => !each.closest(".code, .cited, .numbers"))),
        hidden: texts(all("pre, .code > summary")),
    };
}

/** The box of a mark as far as its clip path lets it be seen. */
function seen(mark) {
    const {left, right, top, bottom} = mark.getBoundingClientRect();
    const clip = document.getElementById(/#([^)"]+)/.exec(mark.getAttribute("clip-path") ?? "")?.[1]);
    if (!clip) return {left, right, top, bottom};
    const {x, y, width, height} = clip.firstElementChild.getBBox(), matrix = mark.getScreenCTM();
    const [from, to] = [new DOMPoint(x, y), new DOMPoint(x + width, y + height)].map(at => at.matrixTransform(matrix));
    return {
        left: Math.max(left, from.x), right: Math.min(right, to.x),
        top: Math.max(top, from.y), bottom: Math.min(bottom, to.y),
    };
}

/** Of each chart: its name, marks and words that leave the screen or the drawing, boxes that scroll, smallest letters. */
function onPhone() {
    const charts = all("figure.chart").map(figure => {
        const svg = figure.querySelector("svg"), frame = svg.getBoundingClientRect();
        const room = {...frame.toJSON(), left: Math.max(frame.left, 0), right: Math.min(frame.right, innerWidth)};
        const marks = [...svg.querySelectorAll("text, path, use, rect, circle, image")]
            .filter(mark => !mark.closest("defs, clipPath") && (mark.localName != "text" || mark.textContent.trim()));
        const leaves = mark => {
            const box = seen(mark);
            return box.left < room.left - 1 || box.right > room.right + 1
                || box.top < room.top - 1 || box.bottom > room.bottom + 1;
        };
        const boxes = [...figure.querySelectorAll("*:not(svg *)")].filter(each => each.contains(svg));
        const letters = [...svg.querySelectorAll("text, tspan")].filter(text => text.textContent.trim()).map(text => {
            const {a, b} = text.getScreenCTM();
            return parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b);
        });
        return {
            name: (figure.querySelector(".chart-title")?.textContent ?? svg.ariaLabel).trim().slice(0, 40),
            outside: marks.filter(leaves).map(mark => mark.textContent.trim() || mark.outerHTML.slice(0, 60)),
            scrolls: boxes.some(box => box.scrollWidth > box.clientWidth + 1),
            smallest: Math.min(...letters),
        };
    });
    return {charts, scrolls: document.scrollingElement.scrollWidth > innerWidth};
}

/** Parts of a first screen that are missing, or not wholly in the window before anything is scrolled. */
function notOnFirstScreen() {
    scrollTo(0, 0);
    return [".headline", ".drawing", ".findings", ".figures", ".unknown"].filter(part => {
        const box = document.querySelector(`header.front ${part}`)?.getBoundingClientRect();
        return !box?.height || box.top < 0 || box.bottom > innerHeight || box.left < 0 || box.right > innerWidth;
    });
}

Object.assign(window, {violations, outside, illegible, written, printed, onPhone, notOnFirstScreen});
