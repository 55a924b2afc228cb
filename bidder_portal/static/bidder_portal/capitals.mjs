/** Amounts of yuan: reading what people type, writing capitals 大写. Pure; amounts are BigInt fen, so nothing is rounded. */

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const PLACES = ["", "拾", "佰", "仟"];
const MOST = 10n ** 18n; // fen

/** Fen of `1,234.5`, `¥1,234.50`, full-width digits; null for anything else, more than two decimals included. */
export function readFen(typed) {
  const plain = typed.normalize("NFKC").replace(/[,，¥￥\s元]/g, "");
  const parts = plain.match(/^(\d+)(?:\.(\d{0,2}))?$/);
  if (!parts) return null;
  const fen = BigInt(parts[1]) * 100n + BigInt((parts[2] ?? "").padEnd(2, "0"));
  return fen < MOST ? fen : null;
}

/** `8130651240n` → `81306512.40`. */
export const spelled = (fen) => `${fen / 100n}.${String(fen % 100n).padStart(2, "0")}`;

/** `8130651240n` → `81,306,512.40`. */
export const grouped = (fen) => `${String(fen / 100n).replace(/\B(?=(\d{3})+$)/g, ",")}.${String(fen % 100n).padStart(2, "0")}`;

function group(number) {
  let [out, gap] = ["", false];
  for (let place = 3; place >= 0; place--) {
    const digit = Math.floor(number / 10 ** place) % 10;
    if (digit) out += (gap && out ? "零" : "") + DIGITS[digit] + PLACES[place];
    gap = digit === 0;
  }
  return out;
}

function whole(yuan) {
  const groups = [];
  for (let rest = yuan; rest; rest /= 10_000n) groups.unshift(Number(rest % 10_000n));
  let [out, gap] = ["", false];
  groups.forEach((number, at) => {
    const unit = groups.length - 1 - at;
    if (number) {
      out += (out && (gap || number < 1000) ? "零" : "") + group(number) + (unit % 2 ? "万" : "");
      gap = false;
    } else gap = true;
    if (unit === 2 && out) {
      out += "亿";
    }
  });
  return out;
}

/** `8130651240n` → `捌仟壹佰叁拾万陆仟伍佰壹拾贰元肆角`. */
export function capitals(fen) {
  const yuan = fen / 100n;
  const [jiao, cent] = [Number((fen / 10n) % 10n), Number(fen % 10n)];
  if (!fen) return "零元整";
  let out = yuan ? `${whole(yuan)}元` : "";
  if (!jiao && !cent) return `${out}整`;
  if (jiao) out += `${DIGITS[jiao]}角`;
  else if (yuan) out += "零";
  return cent ? `${out}${DIGITS[cent]}分` : out;
}

/** Whether typed capitals say this amount; spaces, 圆 and a closing 整/正 do not matter. */
export function saysSame(typed, fen) {
  const plain = (text) => text.normalize("NFKC").replace(/\s/g, "").replaceAll("圆", "元").replace(/[整正]$/, "");
  return plain(typed).replace(/^人民币/, "") === plain(capitals(fen));
}

