const pages = JSON.parse(document.getElementById("pages").textContent);
const found = document.getElementById("found");
document.getElementById("find").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = words.length === 0 ? [] : pages.filter(([title, , text]) =>
    words.every((word) => title.toLowerCase().includes(word) || text.includes(word)));
  found.replaceChildren(...matches.slice(0, 50).map(([title, file]) => {
    const link = document.createElement("a");
    link.href = file;
    link.textContent = title;
    const item = document.createElement("li");
    item.append(link);
    return item;
  }));
});
