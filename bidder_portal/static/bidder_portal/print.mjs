// Print the receipt.
document.getElementById("print")?.addEventListener("click", () => window.print());
