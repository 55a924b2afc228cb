// The progress of the rehearsal under way: asked every two seconds, shown in place, until it is over.

const box = document.getElementById("under-way");
const EVERY = 2000;

async function look() {
  try {
    const answer = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
    if (answer.ok) {
      const row = await answer.json();
      if (row.state === "done" || row.state === "failed") { location.reload(); return; }
      box.querySelector("[data-step]").textContent = row.step;
      box.querySelector("[data-log]").textContent = row.log;
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // the network is away: asked again
  }
  setTimeout(look, EVERY);
}

if (box) setTimeout(look, EVERY);
