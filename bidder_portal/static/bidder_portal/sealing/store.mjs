/**
 * What a bidder's machine keeps: keys, drafts and sealed bids in IndexedDB; files in the Origin Private File System. Rows are
 * kept apart by organisation, so that two firms on one computer never see each other's drafts.
 */

const DATABASE = "gongheng-bidder";
const VERSION = 1;
const STORES = ["keys", "drafts", "sealed"];
const FOLDER = "gongheng-bidder";

let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, VERSION);
    request.onupgradeneeded = () => STORES.forEach((name) => request.result.createObjectStore(name));
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

async function ask(store, mode, act) {
  const transaction = (await database()).transaction(store, mode, { durability: "strict" });
  const request = act(transaction.objectStore(store));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? request.error);
  });
}

const read = (store, key) => ask(store, "readonly", (rows) => rows.get(key));
const write = (store, key, value) => ask(store, "readwrite", (rows) => rows.put(value, key));
const remove = (store, key) => ask(store, "readwrite", (rows) => rows.delete(key));

/** Keys of an organisation: `{pub, sealPrivate, signPrivate, sealPublic, confirmed}`; undefined where there are none. */
export const readKey = (organisation) => read("keys", organisation);

/** Put a key in use. It is kept under its kid as well: bids sealed to an earlier key must still be released with it. */
export async function writeKey(organisation, key) {
  await write("keys", `${organisation}/${key.pub.kid}`, key);
  await write("keys", organisation, key);
}

/** The organisation's key on this machine that is among these kids; undefined where there is none. */
export async function keyAmong(organisation, kids) {
  const found = await Promise.all(kids.map((kid) => read("keys", `${organisation}/${kid}`)));
  return found.find(Boolean);
}

const rowOf = (organisation, lot) => `${organisation}/${lot}`;

export const readDraft = (organisation, lot) => read("drafts", rowOf(organisation, lot));
export const writeDraft = (organisation, lot, draft) => write("drafts", rowOf(organisation, lot), draft);

/** A sealed bid on this machine: what `seal` returned, and how far its upload has come. */
export const readSealed = (organisation, lot) => read("sealed", rowOf(organisation, lot));
export const writeSealed = (organisation, lot, sealed) => write("sealed", rowOf(organisation, lot), sealed);

/** Forget a sealed bid that was not handed in, and fall back on the one that was, if any. */
export async function removeSealed(organisation, lot) {
  const { file, earlier } = (await readSealed(organisation, lot)) ?? {};
  if (earlier) await writeSealed(organisation, lot, earlier);
  else await remove("sealed", rowOf(organisation, lot));
  if (file) await removeFile(sealedPath({ organisation, lot, file }));
}

/** Path of a lot's folder in the Origin Private File System. */
export const lotFolder = (organisation, lot) => [FOLDER, organisation, lot];
export const draftPath = ({ organisation, lot, id }) => [...lotFolder(organisation, lot), "draft", id];
export const sealedPath = ({ organisation, lot, file }) => [...lotFolder(organisation, lot), file];

async function folderOf(path, create) {
  let folder = await navigator.storage.getDirectory();
  for (const name of path.slice(0, -1)) folder = await folder.getDirectoryHandle(name, { create });
  return folder;
}

/** The handle of a file; made where `create`. */
export async function fileHandle(path, { create = false } = {}) {
  return (await folderOf(path, create)).getFileHandle(path.at(-1), { create });
}

/** A file's Blob, or null where there is none. */
export async function readFile(path) {
  try {
    return await (await fileHandle(path)).getFile();
  } catch (error) {
    if (error.name === "NotFoundError") return null;
    throw error;
  }
}

/** Copy a Blob to a path. The draft keeps its own copy: the original may move or change. */
export async function writeFile(path, blob) {
  const writable = await (await fileHandle(path, { create: true })).createWritable();
  await blob.stream().pipeTo(writable);
}

export async function removeFile(path) {
  try {
    await (await folderOf(path, false)).removeEntry(path.at(-1));
  } catch (error) {
    if (error.name !== "NotFoundError") throw error;
  }
}

/** Ask the browser not to clear our storage under pressure; a refusal is no error, drafts are then kept as long as it likes. */
export const keepStorage = async () => Boolean(await navigator.storage?.persist?.());

/** What is missing for sealing on this page: names of checks, empty when all is there. */
export function missingAbilities() {
  const found = [];
  if (!globalThis.crypto?.subtle) found.push("no_crypto");
  if (!navigator.storage?.getDirectory) found.push("no_storage");
  if (!globalThis.indexedDB) found.push("no_database");
  return found;
}
