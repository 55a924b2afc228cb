// Console and seat: parts of the page that only this person sees are fetched again after every act of the hall.

const root = document.getElementById("hall");
const panel = document.getElementById("panel");
let pending = 0;

async function refresh() {
  if (!panel || panel.contains(document.activeElement) && document.activeElement.matches("input, textarea")) {
    pending = pending || setTimeout(() => { pending = 0; refresh(); }, 3000); // nothing typed is lost
    return;
  }
  const answer = await fetch(panel.dataset.url, { headers: { "X-Requested-With": "fetch" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("panel");
  if (fresh) {
    panel.replaceChildren(...fresh.childNodes);
    panel.dispatchEvent(new CustomEvent("panel:fresh", { bubbles: true }));
  }
}

let last = "";
root?.addEventListener("hall:state", (event) => {
  const { state } = event.detail;
  const key = [state.index, state.stage, state.step, ...state.bidders.map((bidder) => bidder.detail)].join("/");
  if (last && key !== last) refresh();
  last = key;
});
