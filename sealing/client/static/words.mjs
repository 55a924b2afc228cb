/** Every word of the page, Chinese first. `say("key", {n: 3})`; what a check means stands in `CHECKS`. */

const WORDS = {
  product: ["离线封装客户端", "Offline sealing client"],
  strip: ["投标文件只在本机加密；本程序不连接任何网络", "Bids are encrypted on this computer only; this program connects to nothing"],
  offline: ["只在本机运行", "This computer only"],
  leave: ["退出", "Quit"],
  left: ["程序已退出，可以关闭本页。", "The program has ended; you may close this page."],
  heading: ["封装投标文件", "Seal a bid"],
  lead: ["依次完成下列各步。所有检查通过后才会加密；密封文件拿到平台上递交。", "Take the steps in turn. Nothing is encrypted before every check has passed; the sealed file is then handed in on the platform."],
  step_package: ["招标文件包", "Tender package"], step_key: ["密钥", "Key"], step_source: ["投标文件", "Documents"],
  step_letter: ["投标函", "Bid letter"], step_seal: ["封装", "Seal"], step_after: ["查看与开标", "After"],
  numbers: ["一、,二、,三、,四、,五、,六、", "1 · ,2 · ,3 · ,4 · ,5 · ,6 · "],
  package_why: ["在平台的“封装并递交”页下载本标段的招标文件包（.json），在这里选取。", "Download the lot's tender package (.json) from the platform's sealing page and choose it here."],
  choose_package: ["选取招标文件包", "Choose the tender package"],
  choose_other: ["另选一个", "Choose another"],
  tender: ["项目编号", "Tender"], lot: ["标段编号", "Lot"], suite: ["加密套件", "Suite"], deadline: ["投标截止时间（北京时间）", "Deadline (Beijing time)"],
  document_hash: ["招标文件校验值", "Hash of the tender document"], amendment: ["修改序号", "Amendment"], sequence: ["本次递交序号", "Submission number"],
  signed_by: ["招标参数签名人", "Parameters signed by"], bidder: ["投标人", "Bidder"], policy: ["由谁开启", "Who can open it"],
  "policy_bidder": ["只有本单位能开启；密钥遗失则无法开启", "Only the bidder; if its key is lost nobody can open the bid"],
  "policy_bidder-or-custodians": ["本单位开启；或由 {n} 家密钥托管方中的 {t} 家在窗口结束后补救开启", "The bidder; or {t} of {n} custodians as a rescue after the window"],
  "policy_custodians": ["{n} 家密钥托管方中的 {t} 家在截止时开启", "{t} of {n} custodians at the deadline"],
  "policy_bidder-and-custodians": ["本单位与 {n} 家密钥托管方中的 {t} 家共同开启，缺一不可", "The bidder together with {t} of {n} custodians; neither alone"],
  custodian: ["密钥托管方（依其证书）", "Custodian (as its certificate says)"], code: ["统一社会信用代码", "Code"], kid: ["密钥编号", "Key"], chain: ["证书链", "Chain"],
  chain_good: ["通至根证书", "leads to the root"], chain_bad: ["未通过", "does not hold"],
  root: ["根证书指纹（SHA-256）", "Fingerprint of the root (SHA-256)"],
  root_why: ["招标人、密钥托管方和贵单位的证书都由它签发。请与交易中心另行公布（大厅、公报、电话）的值逐组核对，相同才确认。", "It issued the certificates of the purchaser, the custodians and your own. Compare it, group by group, with the value that the trading centre publishes elsewhere; confirm only if it is the same."],
  root_confirm: ["已核对，一致", "Compared: it is the same"], root_file: ["用另行取得的根证书文件核对", "Compare with a root file obtained elsewhere"], root_good: ["已核对", "Compared"], root_open: ["尚未核对", "Not compared yet"],
  overdue: ["吊销列表在截止时间前到期，之后的吊销情况这里看不到。递交时平台会再核对。", "The revocation list ends before the deadline: later revocations cannot be seen here. The platform checks again when the bid is handed in."],
  key_why: ["打开已有的密钥文件，或新建一个。私钥只在本机，受口令保护。", "Open your key file, or make one. The private key stays on this computer, protected by a passphrase."],
  open_key: ["打开密钥文件", "Open a key file"], make_key: ["新建密钥", "Make a key"], passphrase: ["口令", "Passphrase"], passphrase2: ["再输一次", "Again"],
  passphrase_hint: ["至少 10 个字符；平台不知道，也找不回", "at least 10 characters; the platform does not know it and cannot recover it"],
  passphrases_differ: ["两次口令不同", "the two passphrases differ"],
  key_file: ["密钥文件", "Key file"], organisation: ["单位", "Organisation"], certified: ["证书已由平台的根签发", "Certified under the root"], not_certified: ["证书还未通至根证书", "Not certified under the root yet"], until: ["有效期至", "valid until"],
  certify: ["为这把密钥申请证书", "Have this key certified"],
  certify_why: ["在平台“证书与密钥”页取得质询，粘贴到这里，生成申请文件交回平台；平台签发的 .pub 再装入密钥文件。也可把 .pub 送交易中心当面办理。", "Get a challenge from the platform's key page, paste it here, hand the request file in there, and take the .pub it issues into the key file. Or bring the .pub to the trading centre in person."],
  challenge: ["质询", "Challenge"], make_request: ["生成申请文件", "Make the request file"], adopt: ["装入签发的 .pub", "Take the issued .pub"], request_made: ["申请文件已写到 {file}", "The request file is {file}"],
  file_name: ["文件名", "File name"], folder: ["文件夹", "Folder"], pick: ["选取…", "Choose…"], make_now: ["生成", "Make"], open_now: ["打开", "Open"],
  source_why: ["选取装有全部投标文件的文件夹（或单个文件）。文件留在原处，不会被改动。", "Choose the folder that holds all documents of the bid (or one file). They stay where they are, unchanged."],
  choose_source: ["选取文件夹或文件", "Choose a folder or file"], name: ["文件", "File"], bytes: ["大小", "Size"], role: ["是什么", "What it is"], total: ["共 {n} 个文件，{size}", "{n} files, {size}"],
  letter_why: ["唱标时读出的内容以这里为准。", "What is read out at the opening is what stands here."],
  price: ["报价", "Price"], price_hint: ["元，两位小数；费率与下浮率为百分数", "yuan with two decimals; percent for a rate or discount"], price_kind: ["报价方式", "Kind of price"], kind_total: ["总价", "Total"], kind_rate: ["费率", "Rate"], kind_discount: ["下浮率", "Discount"],
  duration: ["工期（日历天）", "Duration (calendar days)"], person: ["项目负责人", "Person in charge"], bidder_name: ["投标人名称", "Name of the bidder"],
  machine: ["本机特征码", "Marks of this machine"],
  machine_why: ["国家数据标准（表 519 投标文件特征码）要求交易平台登记制作投标文件的计算机的下列标识，用于发现不同投标人用同一台机器编制投标文件。它随投标文件一起加密，开标之后只有交易中心和行政监督部门能看到。读不到的留空。", "The national data standard (table 519) asks platforms to record these marks of the computer a bid was made on, to notice bids of different bidders made on one machine. They are encrypted with the bid; after the opening only the trading centre and the supervisor see them. What cannot be read stays empty."],
  machine_with: ["随投标文件密封这些标识", "Seal these marks with the bid"], machine_none: ["（读不到）", "(cannot be read)"],
  CPU_ID: ["CPU 序列号", "Processor"], HARD_DISK_SERIAL_NUMBER: ["硬盘序列号", "Disks"], MEMORY_SERIAL_NUMBER: ["内存序列号", "Memory"], NET_ID: ["IP 地址", "IP addresses"], MAC_ADDRESS: ["网卡 MAC 地址", "Network cards"],
  letter_open: ["还没有填写并记下投标函", "the bid letter is not filled in and kept yet"],
  keep: ["记下", "Keep"], kept: ["已记下", "Kept"],
  seal_why: ["密封文件写到所选文件夹，写好后立即用本单位密钥试开一次，再删去试开的内容。", "The sealed file is written to the folder you choose, then opened once with your own key to try it; what was opened is removed again."],
  choose_out: ["密封文件放在哪里", "Where the sealed file goes"], seal_now: ["封装", "Seal"],
  measuring: ["核对并计算各文件校验值…", "Checking and hashing the files…"], sealing: ["加密并签名… {done} / {count} 块", "Encrypting and signing… {done} / {count}"], checking: ["试开密封文件… {done} / {count} 块", "Trying the sealed file… {done} / {count}"],
  done: ["已封装", "Sealed"], done_opened: ["已用本单位密钥打开核对，内容一致。", "It was opened with your own key and holds what was put in."], done_inspected: ["结构、校验值和签名已核对；按约定的开启方式，单凭本单位密钥不能试开。", "Structure, hashes and signature were checked; under this policy your key alone cannot open it."],
  digest: ["密封文件编号（回执与存证中的编号）", "Digest of the bid (its name in receipt and evidence)"], sealed_file: ["密封文件", "Sealed file"],
  next: ["下一步：在平台本标段的“封装并递交”页选“递交离线封装的文件”，选取这个 .bid 文件。截止前完整到达才算递交。", "Next: on the lot's sealing page choose “hand in a file sealed offline” and pick this .bid file. It counts once it has arrived completely, before the deadline."],
  after_why: ["核对已封装的文件，在开标时取出本单位的密钥份额，或在截止前签署撤回声明。", "Check a sealed file, take out your share of the key at the opening, or sign a withdrawal before the deadline."],
  inspect: ["查看一个 .bid 文件", "Inspect a .bid file"], release: ["取出密钥份额（开标用）", "Take out the share (for the opening)"],
  release_why: ["份额只在开标窗口内交给平台。截止之前不要交给任何人：拿到它的人能打开这份投标。", "Hand the share to the platform in the opening window only. Give it to nobody before the deadline: whoever has it can open the bid."],
  withdraw: ["签署撤回声明（截止前用）", "Sign a withdrawal (before the deadline)"],
  withdraw_why: ["声明交到平台本标段的撤回页才生效；没有它，任何人（包括平台）都撤不回这份投标。", "It counts once it is handed in on the lot's withdrawal page; without it nobody, the platform included, can withdraw the bid."],
  withdrawn: ["撤回声明已写到 {file}", "The withdrawal is in {file}"],
  released: ["份额已写到 {file}", "The share is in {file}"], verified: ["签名人证书通至已核对的根", "The signer's certificate leads to the compared root"], unverified: ["签名人证书未核对（先在第一步选取招标文件包并核对根证书）", "The signer's certificate was not verified (choose the package and compare the root in step 1)"],
  refused: ["不能进行，原因如下", "This cannot be done, because"], missing: ["封装之前还差", "Missing before sealing"], ready: ["可以封装", "Ready to seal"],
  countdown: ["距投标截止（依本机时钟）", "To the deadline (by this computer's clock)"], over: ["已过截止时间", "The deadline has passed"], days: ["{n} 天 ", "{n} d "],
  path: ["路径", "Path"], nothing_here: ["这里没有可选的内容", "Nothing to choose here"], this_folder: ["就用这个文件夹", "Use this folder"], cancel: ["取消", "Cancel"], gone: ["程序没有回应，可能已退出。", "The program does not answer; it may have ended."],
  role_bid_letter: ["投标函", "Bid letter"], role_authorisation: ["授权委托书", "Authorisation"], role_price_schedule: ["报价清单", "Price schedule"], role_business_licence: ["营业执照", "Business licence"], role_qualification: ["资质证书", "Qualification"], role_safety_permit: ["安全生产许可证", "Safety permit"], role_engineer: ["项目负责人证书", "Engineer"], role_technical: ["技术文件", "Technical proposal"], role_performance_record: ["业绩证明", "Performance record"], role_bid_bond: ["投标保证金", "Bid bond"], role_consortium_agreement: ["联合体协议", "Consortium agreement"], role_attachment: ["其他附件", "Attachment"],
};

const CHECKS = {
  tender: ["招标文件包不完整或不规范", "The tender package is incomplete or malformed"],
  parameters: ["招标参数与签名不符，或签名不可信", "The parameters differ from what was signed, or the signature is not trusted"],
  recipients: ["密钥托管方未通过核对", "A custodian did not pass the checks"],
  policy: ["开启方式不是规定的四种之一", "The opening policy is not one of the four"],
  key: ["密钥文件、口令或证书不对", "Key file, passphrase or certificate is not right"],
  path: ["证书不通至已核对的根证书", "The certificates do not lead to the compared root"],
  validity: ["证书在截止时不在有效期内", "A certificate is not valid at the deadline"],
  revoked: ["证书已被吊销", "A certificate is revoked"],
  crl: ["吊销列表缺失或不能识别", "A revocation list is missing or malformed"],
  statement: ["签名无效", "A signature does not verify"],
  certificates: ["证书不能识别", "A certificate cannot be read"],
  archive: ["投标文件不能打包", "The documents cannot be packed"],
  manifest: ["投标函内容不规范", "The bid letter is malformed"],
  output: ["文件夹或文件不能读写", "A folder or file cannot be read or written"],
  magic: ["这不是密封的投标文件", "This is not a sealed bid"],
  recipient: ["这份文件不是封给这把密钥的", "The file is not sealed to this key"],
  unwrap: ["密钥打不开这份文件", "The key does not open this file"],
  signature: ["投标人签名无效", "The bidder's signature does not verify"],
  root: ["文件被改动或截断", "The file was altered or cut"],
  signer: ["签名人不是投标人", "The signer is not the bidder"],
};
/** What exactly was found, as the library says it, and its Chinese: all that ordinary use comes to. */
const FOUND = [
  [/^no tender package was chosen$/, "还没有选取招标文件包"],
  [/^no key file was opened$/, "还没有打开密钥文件"],
  [/^nothing to seal was chosen$/, "还没有选取投标文件"],
  [/^the root's fingerprint was not confirmed$/, "还没有核对根证书指纹"],
  [/^the package has no root of this fingerprint$/, "招标文件包里没有这个指纹的根证书"],
  [/^the passphrase does not open the key file$/, "这个口令打不开密钥文件"],
  [/^the key file is protected by a passphrase$/, "密钥文件有口令保护，请输入口令"],
  [/^the passphrase has fewer than (\d+) characters$/, "口令不足 $1 个字符"],
  [/^there is no such folder$/, "没有这个文件夹"],
  [/^there is no such folder, or this is no file name$/, "没有这个文件夹，或者文件名不能用"],
  [/^(.+) or its \.pub exists already$/, "$1 或同名的 .pub 已经存在，请换一个文件名"],
  [/^(.+) exists already$/, "$1 已经存在"],
  [/^a bid is being sealed already$/, "正在封装，请等它结束"],
  [/^(.+) is not a file$/, "$1 不是文件"],
  [/^(.+): No such file or directory$/, "没有文件 $1"],
  [/^(.+): Permission denied$/, "没有权限读写 $1"],
  [/^the key belongs to (.+), not to bidder (.+)$/, "密钥属于 $1，不属于本包的投标人 $2"],
  [/^the key is of suite (.+), the tender of (.+)$/, "密钥的套件是 $1，本标段要求 $2"],
  [/^the key file holds no certificate$/, "密钥文件里还没有证书"],
  [/^the certificate names (.+), not (.+)$/, "证书属于 $1，不属于这份投标的投标人 $2"],
  [/^the challenge is not 32 bytes in base64$/, "质询不完整，请从平台重新复制"],
  [/^the certificate was issued for another key$/, "这份证书是签发给另一把密钥的"],
  [/^.*\.price is not like 1234\.00$/, "报价须写成 1234.00 的形式，两位小数"],
  [/^fields\.duration_days is not a number of days from 1 to 36,500$/, "工期须是 1 至 36500 的整数"],
  [/^(\d+) files; 1 to (\d+) can be sealed$/, "有 $1 个文件；可以封装 1 至 $2 个"],
  [/^(.+): a name has more than (\d+) segments$/, "$1：文件夹套得超过 $2 层，请移到较浅的文件夹"],
  [/^there are more than (\d+) folders$/, "文件夹多于 $1 个，请合并一些"],
  [/^(.+): a name is empty or too long$/, "$1：文件名连同文件夹过长，请改短"],
  [/^(.+): a name holds a backslash, colon or control character$/, "$1：文件名里有反斜杠、冒号或控制字符，请改名"],
  [/^(.+) is a link$/, "$1 是链接，请换成文件本身"],
  [/^(.+) changed while it was being sealed$/, "$1 在封装时被改动，请重新封装"],
];
const FORM = ["文件不完整或不规范", "The file is incomplete or malformed"];

let language = 0;

export const setLanguage = (english) => (language = english ? 1 : 0);
export const isEnglish = () => language === 1;

export function say(key, values = {}) {
  return (WORDS[key]?.[language] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** In Chinese where it is known; else the library's own words, which a helper can look up. */
export function foundWords(reason) {
  const known = isEnglish() ? null : FOUND.find(([form]) => form.test(reason));
  return known ? reason.replace(...known) : reason;
}

export const checkWords = (check) => (CHECKS[check] ?? FORM)[language];
