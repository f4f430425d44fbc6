// The call of a session: two browsers, connected directly or by the relay. All words stand in the page; this shows them.
// Connecting follows the W3C's "perfect negotiation": of two offers that cross, the mentee's side takes back its own.
const room = document.querySelector("[data-room]");
const find = (selector, from = room) => from.querySelector(selector);
const all = (selector, from = room) => [...from.querySelectorAll(selector)];
const csrf = find("[name=csrfmiddlewaretoken]").value;
const KEPT = `call:${room.dataset.session}`;
const IN_CALL = ["joining", "waiting", "alone", "connecting", "connected", "weak", "reconnecting", "failed"];
const SEEN = ["connected", "weak", "reconnecting"];
const SECOND = 1000;

// ── What the page shows ─────────────────────────────────────────────────────────────────────────────────────────────
const state = () => room.dataset.state;
const isIn = () => IN_CALL.includes(state());

function show(next) {
  const before = state();
  room.dataset.state = next;
  for (const part of all("[data-when]")) part.hidden = !part.dataset.when.split(" ").includes(next);
  find("[data-controls]").hidden = ["unsupported", "elsewhere", "left", "closed"].includes(next);
  const words = all("#call-says [data-when]").find((one) => !one.hidden) || find(`.call__card[data-when~=${next}] h2`);
  if (words && before !== next) find("[data-says]").textContent = words.textContent.trim();
  if (before !== next && ["failed", "elsewhere", "left", "closed"].includes(next)) {
    find(`.call__card[data-when~=${next}]`).focus({ preventScroll: true });
  }
  showPictures();
}

function showPictures() {
  const sees = SEEN.includes(state()) && Boolean(call.theirs?.getVideoTracks().length) && call.they.video;
  find("#other-picture").hidden = !sees;
  find("#other-picture").classList.toggle("call__whole", call.they.screen === true);
  find("[data-other-off]").hidden = sees || state() === "lobby" || state() === "early";
  find("[data-other-muted]").hidden = !SEEN.includes(state()) || call.they.audio;
  const mine = own.screen || own.camera;
  const picture = find("#own-picture");
  if (picture.srcObject?.getVideoTracks()[0] !== mine) picture.srcObject = mine ? new MediaStream([mine]) : null;
  picture.hidden = !mine;
  picture.classList.toggle("call__mirror", mine === own.camera);
  find("[data-own-off]").hidden = Boolean(mine);
  press("mic", own.wants.mic && Boolean(own.mic));
  press("camera", Boolean(own.camera));
  press("screen", Boolean(own.screen));
}

function press(name, isOn) {
  find(`[data-do=${name}]`)?.setAttribute("aria-pressed", isOn);
}

// ── Camera and microphone ───────────────────────────────────────────────────────────────────────────────────────────
const takesVideo = Boolean(room.dataset.video);
const kept = JSON.parse(localStorage.getItem("call-devices") || "{}");
const own = { mic: null, camera: null, screen: null, wants: { mic: true, camera: takesVideo }, trouble: "" };

function keepChoice(name, value) {
  kept[name] = value;
  localStorage.setItem("call-devices", JSON.stringify(kept));
}

const asked = {
  audio: () => ({ deviceId: kept.mic ? { ideal: kept.mic } : undefined, echoCancellation: true, noiseSuppression: true }),
  video: () => ({ deviceId: kept.camera ? { ideal: kept.camera } : undefined, width: { ideal: 1280 }, height: { ideal: 720 } }),
};

async function open(...kinds) {
  const wanted = Object.fromEntries(kinds.map((kind) => [kind, asked[kind]()]));
  const stream = await navigator.mediaDevices.getUserMedia(wanted);
  for (const track of stream.getTracks()) {
    const name = track.kind === "audio" ? "mic" : "camera";
    own[name]?.stop();
    own[name] = track;
    track.contentHint = track.kind === "audio" ? "speech" : "motion";
    track.onended = () => lose(name);
  }
}

// What one of them can't do mustn't keep the other from being used.
async function openDevices() {
  if (!navigator.mediaDevices?.getUserMedia) return showTrouble("insecure");
  const wantsCamera = own.wants.camera && !own.camera;
  const errors = {};
  try {
    await open("audio", ...(wantsCamera ? ["video"] : []));
  } catch (error) {
    errors.audio = error;
    if (wantsCamera) {
      errors.audio = await open("audio").catch((one) => one);
      errors.video = await open("video").catch((one) => one);
    }
  }
  showTrouble(troubleOf(errors.audio?.name, errors.video?.name, wantsCamera));
  await listDevices();
  watchLevel();
  await sendTracks();
}

function troubleOf(audio, video, wantsCamera) {
  if (!audio && !video) return "";
  const isMissing = (name) => ["NotFoundError", "OverconstrainedError"].includes(name);
  if (audio === "NotAllowedError") return "denied";
  if (video === "NotAllowedError") return "camera-denied";
  if (isMissing(audio)) return !wantsCamera || isMissing(video) ? "nothing" : "no-microphone";
  if (isMissing(video)) return "no-camera";
  return "busy";
}

function showTrouble(code) {
  own.trouble = code;
  find("[data-troubles]").hidden = !code;
  for (const note of all("[data-trouble]")) note.hidden = note.dataset.trouble !== code;
  find("[data-do=allow]").hidden = !code || code === "insecure";
  if (!own.camera) own.wants.camera = false;
  showPictures();
}

const noneFound = new Map(all("[data-devices]").map((select) => [select, select.options[0]]));

async function listDevices() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  for (const select of all("[data-devices]")) {
    const name = select.dataset.devices === "audioinput" ? "mic" : "camera";
    const used = own[name]?.getSettings().deviceId;
    const found = devices.filter(({ kind, deviceId }) => kind === select.dataset.devices && deviceId);
    const options = found.map(({ label, deviceId }, n) => new Option(label || n + 1, deviceId, false, deviceId === used));
    select.replaceChildren(...(found.length ? options : [noneFound.get(select)]));
    select.disabled = !found.length;
  }
}

// A device that was pulled out.
function lose(name) {
  own[name] = null;
  if (name === "camera") own.wants.camera = false;
  showPictures();
  sendTracks();
  listDevices();
}

let meter = null;
function stopMeter() {
  meter?.close();
  meter = null;
}

function watchLevel() {
  stopMeter();
  if (!own.mic) return;
  meter = new AudioContext();
  const analyser = meter.createAnalyser();
  meter.createMediaStreamSource(new MediaStream([own.mic])).connect(analyser);
  const heard = new Float32Array(analyser.fftSize);
  const context = meter;
  const bar = find("#device-level");
  const measure = () => {
    if (context.state === "closed") return;
    analyser.getFloatTimeDomainData(heard);
    bar.value = Math.min(1, 4 * Math.hypot(...heard) / Math.sqrt(heard.length));
    setTimeout(measure, document.hidden ? SECOND : 100);
  };
  measure();
}

function playTone() {
  const context = new AudioContext();
  const [tone, volume] = [context.createOscillator(), context.createGain()];
  volume.gain.value = 0.15;
  tone.frequency.value = 523;
  tone.connect(volume).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + 0.8);
  tone.onended = () => context.close();
}

// Whether the network reaches the relay: it answers such a question without a credential.
function probeNetwork() {
  const urls = room.dataset.probes.split(" ").filter(Boolean);
  if (!urls.length) return;
  const probe = new RTCPeerConnection({ iceServers: [{ urls }] });
  let isReached = false, hasFailed = false;
  const say = () => {
    for (const part of all("[data-network-is]")) part.hidden = part.dataset.networkIs !== (isReached || !hasFailed ? "reached" : "missed");
    room.dataset.network = isReached || !hasFailed ? "reached" : "missed";
    probe.close();
  };
  const latest = setTimeout(() => { hasFailed = true; say(); }, 10 * SECOND);
  probe.onicecandidateerror = ({ errorCode }) => { hasFailed ||= errorCode === 701; };
  probe.onicecandidate = ({ candidate }) => {
    if (candidate?.type === "srflx") isReached = true;
    if (candidate && !isReached) return;
    clearTimeout(latest);
    say();
  };
  probe.createDataChannel("probe");
  probe.setLocalDescription();
}

// ── Signals ─────────────────────────────────────────────────────────────────────────────────────────────────────────
const call = {
  seat: null, givesWay: false, config: {}, other: null, after: 0, outbox: [], urgentUntil: 0, timer: 0, isAsking: false,
  peer: null, theirs: null, channel: null, they: { audio: true, video: true }, senders: {}, isOffering: false, isIgnoring: false,
  isAnswering: false, failing: 0, restarting: 0, missed: 0,
};

async function post(url, body, options = {}) {
  const answer = await fetch(url, {
    method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
    signal: AbortSignal.timeout?.(8 * SECOND), ...options,
  });
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(found.code), { code: found.code, status: answer.status });
  return found;
}

function tabName() {
  const name = sessionStorage.getItem("call-tab") || crypto.randomUUID?.() || String(Math.random()).slice(2);
  sessionStorage.setItem("call-tab", name);
  return name;
}

async function join() {
  show("joining");
  find("#call-devices").open = false;
  room.scrollIntoView({ block: "start" });
  closePeer();
  try {
    const found = await post(room.dataset.room, { tab: tabName() });
    sessionStorage.setItem(KEPT, "in");
    Object.assign(call, { seat: found.seat, givesWay: found.gives_way, other: null, after: 0, outbox: [], missed: 0 });
    setServers(found);
  } catch (error) {
    return refuse(error);
  }
  beUrgent();
  show("waiting");
  stayAwake();
  await exchange();
}

// A phone that is only looked at would switch its screen off, and the camera with it.
async function stayAwake() {
  call.awake = await navigator.wakeLock?.request("screen").catch(() => null);
}

function setServers({ ice_servers: iceServers, relay_only: relayOnly }) {
  const policy = relayOnly === undefined ? call.config.iceTransportPolicy : relayOnly ? "relay" : "all";
  call.config = { iceServers, iceTransportPolicy: policy, bundlePolicy: "max-bundle" };
}

// Without hints (live.js) the page asks each second while something is going on, and now and then after that. With them
// it asks when told, and often enough to count as being there.
function beUrgent() {
  call.urgentUntil = performance.now() + 30 * SECOND;
}

function pause() {
  // The answer to an offer, and to an answer its candidates, come within moments.
  if (state() === "connecting" && performance.now() < call.urgentUntil - 20 * SECOND) return 0.3 * SECOND;
  if (document.documentElement.hasAttribute("data-hearing")) return 10 * SECOND;
  if (performance.now() < call.urgentUntil) return SECOND;
  return state() === "connected" || state() === "weak" ? 10 * SECOND : 3 * SECOND;
}

function say(kind, body) {
  call.outbox.push({ kind, to: call.other, body });
  // What comes within a moment travels together.
  setTimeout(exchange, kind === "candidate" ? 60 : 0);
}

async function exchange({ leaves = false, servers = false } = {}) {
  if (!call.seat || (call.isAsking && !leaves)) return void (call.asksAgain = true);
  clearTimeout(call.timer);
  call.isAsking = true;
  const signals = call.outbox.splice(0, 20);
  const body = { seat: call.seat, after: call.after, signals, leaves, servers };
  try {
    const news = await post(room.dataset.signals, body, leaves ? { keepalive: true } : {});
    call.missed = 0;
    if (call.seat === body.seat && !leaves) await hear(news);
  } catch (error) {
    if (call.seat !== body.seat || leaves) return;
    if (error.status === 429) call.outbox = [];
    else if (error.code === "bad_signal") console.warn("A signal was refused");
    else if (error.status >= 400 && error.status < 500) return refuse(error);
    else {
      call.outbox.unshift(...signals);
      call.missed += 1;
    }
  } finally {
    call.isAsking = false;
  }
  if (!call.seat) return;
  const isMore = call.outbox.length || call.asksAgain;
  call.asksAgain = false;
  call.timer = setTimeout(exchange, isMore && !call.missed ? 0 : pause());
}

function refuse(error) {
  if (error.code === "seat_lost") return end("elsewhere");
  if (error.code === "not_open" || error.code === "held_elsewhere" || error.status === 404) return end("closed");
  if (error.status === 401 || error.status === 403) return location.reload();
  fail("site");
}

async function hear(news) {
  if (news.ice_servers) {
    setServers(news);
    call.peer?.setConfiguration(call.config);
  }
  setClock(news);
  call.after = news.last;
  if (news.other !== call.other) meet(news.other, news.other_is_newer);
  for (const signal of news.signals) {
    if (signal.sender === call.other) await take(signal).catch(() => console.warn("A signal couldn’t be used"));
  }
}

// The other side came, went, or loaded their page again.
function meet(other, isNewer) {
  const hadOther = call.other;
  closePeer();
  call.other = other;
  call.outbox = [];
  beUrgent();
  look("attendance");
  if (!other) return show(hadOther ? "alone" : "waiting");
  show("connecting");
  openPeer();
  // Who came later offers; the other one waits for that, unless it doesn't come.
  if (isNewer) setTimeout(() => sendTracks(), 2 * SECOND);
  else sendTracks();
}

// ── The connection ──────────────────────────────────────────────────────────────────────────────────────────────────
function openPeer() {
  const peer = new RTCPeerConnection(call.config);
  Object.assign(call, {
    peer, senders: {}, theirs: new MediaStream(), they: { audio: true, video: true },
    isOffering: false, isIgnoring: false, isAnswering: false, isBegun: false,
  });
  peer.onicecandidate = ({ candidate }) => candidate?.candidate && say("candidate", withFragment(candidate));
  peer.onnegotiationneeded = () => peer === call.peer && call.isBegun && offer(peer);
  peer.onconnectionstatechange = peer.oniceconnectionstatechange = () => peer === call.peer && watchConnection(peer);
  peer.ontrack = ({ track }) => {
    for (const old of call.theirs.getTracks()) if (old.kind === track.kind) call.theirs.removeTrack(old);
    call.theirs.addTrack(track);
    play();
  };
  // Says at once what a track can't: whose microphone is off, and that there are signals to fetch.
  call.channel = peer.createDataChannel("state", { negotiated: true, id: 0 });
  call.channel.onopen = tell;
  call.channel.onmessage = ({ data }) => listen(data);
  call.failing = setTimeout(() => peer === call.peer && !isConnected(peer) && fail("network"), 15 * SECOND);
}

const isConnected = (peer) => peer.connectionState === "connected" && ["connected", "completed"].includes(peer.iceConnectionState);

function closePeer() {
  clearTimeout(call.failing);
  clearTimeout(call.restarting);
  call.peer?.close();
  Object.assign(call, { peer: null, theirs: null, channel: null, senders: {}, they: { audio: true, video: true } });
}

// Candidates of an earlier attempt are told apart by it; some browsers keep it beside the line.
function withFragment({ candidate, usernameFragment }) {
  return !usernameFragment || / ufrag /.test(candidate) ? candidate : `${candidate} ufrag ${usernameFragment}`;
}

async function offer(peer) {
  try {
    call.isOffering = true;
    await peer.setLocalDescription();
    say(peer.localDescription.type, quieter(peer.localDescription.sdp));
  } finally {
    call.isOffering = false;
  }
}

// Nothing is sent while nobody speaks.
const quieter = (sdp) => sdp.replace(/(useinbandfec=1)(?!;usedtx)/g, "$1;usedtx=1");

async function take({ kind, body }) {
  const peer = call.peer;
  if (kind === "candidate") {
    const usernameFragment = / ufrag (\S+)/.exec(body)?.[1];
    if (call.isIgnoring) return;
    return peer.addIceCandidate({ candidate: body, sdpMLineIndex: 0, usernameFragment });
  }
  const isReady = !call.isOffering && (peer.signalingState === "stable" || call.isAnswering);
  call.isIgnoring = kind === "offer" && !isReady && !call.givesWay;
  if (call.isIgnoring) return;
  call.isAnswering = kind === "answer";
  await peer.setRemoteDescription({ type: kind, sdp: body });
  call.isAnswering = false;
  if (kind !== "offer") return;
  await sendTracks();
  await peer.setLocalDescription();
  say("answer", quieter(peer.localDescription.sdp));
}

// Give the connection what there is to send. Only what is new has to be negotiated.
async function sendTracks() {
  const peer = call.peer;
  if (!peer) return;
  const tracks = { audio: own.mic, video: own.screen || own.camera };
  const wasBegun = call.isBegun;
  call.isBegun = true;
  for (const [kind, track] of Object.entries(tracks)) {
    if (call.senders[kind]) await call.senders[kind].replaceTrack(track);
    else if (track) call.senders[kind] = peer.addTrack(track);
  }
  if (own.mic) own.mic.enabled = own.wants.mic;
  // Asked for before it had begun, as by the channel
  if (!wasBegun && peer.signalingState === "stable" && !peer.remoteDescription) await offer(peer);
  await limitRates();
  tell();
}

// Sound comes first, whatever the line can carry.
async function limitRates() {
  for (const [kind, sender] of Object.entries(call.senders)) {
    const sent = sender.getParameters();
    if (!sent.encodings?.length) continue;
    sent.encodings[0].active = kind === "audio" || !call.isWeak;
    sent.encodings[0].maxBitrate = kind === "audio" ? 48_000 : own.screen ? 1_500_000 : 800_000;
    sent.encodings[0].priority = sent.encodings[0].networkPriority = kind === "audio" ? "high" : "low";
    if (kind === "video") sent.degradationPreference = own.screen ? "maintain-resolution" : "balanced";
    await sender.setParameters(sent).catch(() => {});
  }
}

function watchConnection(peer) {
  if (isConnected(peer)) {
    clearTimeout(call.failing);
    clearTimeout(call.restarting);
    call.restarting = 0;
    limitRates();
    tell();
    if (!SEEN.includes(state()) || state() === "reconnecting") show(call.isWeak ? "weak" : "connected");
    return;
  }
  const isBroken = ["disconnected", "failed"].includes(peer.iceConnectionState) || peer.connectionState === "failed";
  if (!isBroken) return;
  if (SEEN.includes(state())) show("reconnecting");
  beUrgent();
  exchange();
  if (!call.restarting) restart(peer, peer.iceConnectionState === "failed" ? 0 : call.givesWay ? 5 : 3);
}

// A new way to the other one: the network may have changed, and the relay's credential may be old.
function restart(peer, seconds, tries = 0) {
  call.restarting = setTimeout(async () => {
    if (peer !== call.peer || isConnected(peer)) return;
    if (tries === 3) fail("network");
    beUrgent();
    await exchange({ servers: true });
    if (peer !== call.peer || isConnected(peer)) return;
    peer.restartIce();
    restart(peer, 5, tries + 1);
  }, seconds * SECOND);
}

function fail(reason) {
  const isRelay = reason === "network" && room.dataset.network === "missed";
  for (const part of all("[data-reason]")) part.hidden = part.dataset.reason !== (isRelay ? "relay" : reason);
  show("failed");
}

function tell() {
  if (call.channel?.readyState !== "open") return;
  const video = Boolean(own.screen || own.camera) && !call.isWeak;
  call.channel.send(JSON.stringify({ audio: own.wants.mic && Boolean(own.mic), video, screen: Boolean(own.screen), look: call.outbox.length > 0 }));
}

function listen(data) {
  try {
    const said = JSON.parse(data);
    call.they = { audio: said.audio === true, video: said.video === true, screen: said.screen === true };
    if (said.look === true) exchange();
  } catch {
    return;
  }
  showPictures();
}

function play() {
  const picture = find("#other-picture");
  if (picture.srcObject !== call.theirs) picture.srcObject = call.theirs;
  picture.play().catch(() => {});
  showPictures();
}

// ── A line that carries too little ──────────────────────────────────────────────────────────────────────────────────
const line = { lost: 0, got: 0, bad: 0, good: 0 };

async function watchLine() {
  const peer = call.peer;
  if (!peer || !isConnected(peer)) return;
  let lost = 0, got = 0, room = Infinity, theirLoss = 0;
  for (const one of (await peer.getStats()).values()) {
    if (one.type === "inbound-rtp" && one.kind === "audio") [lost, got] = [one.packetsLost, one.packetsReceived];
    if (one.type === "remote-inbound-rtp") theirLoss = Math.max(theirLoss, one.fractionLost || 0);
    if (one.type === "candidate-pair" && one.nominated && one.availableOutgoingBitrate) room = one.availableOutgoingBitrate;
  }
  const loss = Math.max(0, lost - line.lost) / Math.max(1, lost - line.lost + got - line.got);
  const isBad = Math.max(loss, theirLoss) > 0.12 || room < 80_000;
  Object.assign(line, { lost, got, bad: isBad ? line.bad + 1 : 0, good: isBad ? 0 : line.good + 1 });
  if (!call.isWeak && line.bad >= 3) return setWeak(true);
  if (call.isWeak && line.good >= 6) setWeak(false);
}

function setWeak(isWeak) {
  call.isWeak = isWeak && Boolean(call.senders.video);
  limitRates();
  tell();
  if (["connected", "weak"].includes(state())) show(call.isWeak ? "weak" : "connected");
}

// ── Time ────────────────────────────────────────────────────────────────────────────────────────────────────────────
const clock = { read: 0, startsIn: 0, endsIn: 0, opensIn: 0 };

function setClock({ starts_in: startsIn, ends_in: endsIn }) {
  Object.assign(clock, { read: performance.now(), startsIn, endsIn, opensIn: 0 });
  tick();
}

// Counted from what the server said, by a timer that only goes forward: a browser's clock may be wrong.
function tick() {
  const gone = (performance.now() - clock.read) / SECOND;
  const [toStart, toEnd] = [clock.startsIn - gone, clock.endsIn - gone];
  const words = find("[data-left]");
  const phase = toStart > 0 ? "before" : toEnd > 0 ? "during" : "over";
  words.textContent = words.dataset[phase].replace("{n}", Math.ceil((toStart > 0 ? toStart : toEnd) / 60));
  const isLast = toStart <= 0 && toEnd <= 5 * 60;
  if (isLast && !room.dataset.last) look("takeaways");
  room.dataset.last = isLast ? "yes" : "";
  const minutes = -toStart / 60;
  for (const part of all("[data-from]")) {
    const from = Number(part.dataset.from);
    const isOn = from <= minutes && minutes < from + Number(part.dataset.minutes);
    if (isOn) part.setAttribute("aria-current", "step");
    else part.removeAttribute("aria-current");
  }
  turnHand(minutes);
  if (state() === "early" && clock.opensIn - gone <= 0) show("lobby");
}

function turnHand(minutes) {
  const dial = find("[data-minute]");
  const hand = find(".d-hand", dial);
  if (!hand) return;
  const angle = (Number(dial.dataset.minute) + minutes) * Math.PI / 30 - Math.PI / 2;
  for (const [end, radius] of [[1, 50], [2, 86]]) {
    hand.setAttribute(`x${end}`, 100 + radius * Math.cos(angle));
    hand.setAttribute(`y${end}`, 100 + radius * Math.sin(angle));
  }
}

// ── What people press ───────────────────────────────────────────────────────────────────────────────────────────────
function end(next) {
  exchange({ leaves: true });
  Object.assign(call, { seat: null, other: null, isWeak: false });
  clearTimeout(call.timer);
  closePeer();
  sessionStorage.removeItem(KEPT);
  call.awake?.release();
  stopScreen();
  for (const name of ["mic", "camera"]) {
    own[name]?.stop();
    own[name] = null;
  }
  stopMeter();
  show(next);
}

function stopScreen() {
  own.screen?.stop();
  own.screen = null;
}

const acts = {
  async join() {
    await join();
  },
  async again() {
    clearTimeout(call.timer);
    call.seat = null;
    if (!own.mic && !own.camera) await openDevices();
    await join();
  },
  async "sound-only"() {
    own.camera?.stop();
    own.camera = null;
    own.wants.camera = false;
    await acts.again();
  },
  leave: () => end("left"),
  async mic() {
    if (!own.mic) return acts.allow();
    own.wants.mic = !own.wants.mic;
    own.mic.enabled = own.wants.mic;
    showPictures();
    tell();
  },
  // Off means off: the device's light goes out.
  async camera() {
    if (!takesVideo) return;
    if (own.camera) {
      own.camera.stop();
      own.camera = null;
      own.wants.camera = false;
    } else {
      own.wants.camera = true;
      const error = await open("video").catch((one) => one);
      showTrouble(troubleOf(undefined, error?.name, true));
      await listDevices();
    }
    showPictures();
    await sendTracks();
  },
  async screen() {
    if (own.screen) stopScreen();
    else {
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: true }).catch(() => null);
      if (!stream) return;
      [own.screen] = stream.getVideoTracks();
      own.screen.contentHint = "detail";
      own.screen.onended = () => own.screen && acts.screen();
    }
    showPictures();
    await sendTracks();
  },
  async allow() {
    own.wants.camera = takesVideo;
    await openDevices();
  },
  tone: playTone,
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (button && room.contains(button)) return void acts[button.dataset.do]();
  // The call goes on while its people look at another page.
  const link = event.target.closest("a[href]");
  if (link && isIn() && !link.getAttribute("href").startsWith("#")) link.target = "_blank";
});

// Whoever talks to their device, or strikes keys by accident, can switch them off (WCAG 2.1.4).
function useKeys(areUsed) {
  for (const button of all("[data-key]")) {
    if (areUsed) button.setAttribute("aria-keyshortcuts", button.dataset.key);
    else button.removeAttribute("aria-keyshortcuts");
  }
}

const usesKeys = find("[data-uses-keys]");
usesKeys.checked = kept.keys !== "off";
useKeys(usesKeys.checked);
usesKeys.addEventListener("change", () => {
  keepChoice("keys", usesKeys.checked ? "on" : "off");
  useKeys(usesKeys.checked);
});

document.addEventListener("keydown", (event) => {
  const types = event.target.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (types || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const button = find(`[aria-keyshortcuts=${CSS.escape(event.key.toLowerCase())}]`);
  if (button && !button.hidden && !find("[data-controls]").hidden) button.click();
});

for (const select of all("[data-devices]")) {
  select.addEventListener("change", async () => {
    const isMic = select.dataset.devices === "audioinput";
    keepChoice(isMic ? "mic" : "camera", select.value);
    await open(isMic ? "audio" : "video").catch(() => {});
    if (isMic) watchLevel();
    showPictures();
    await sendTracks();
  });
}

// Forms beside the call are sent without leaving it: the part that they are in comes again, with what is answered.
room.addEventListener("submit", async (event) => {
  const part = event.target.closest("[data-news-of]");
  if (!part || !isIn()) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(event.target, event.submitter));
  await renew(part, await fetch(event.target.action, { method: "POST", body }));
  // The button that was pressed is gone with the part it was in.
  find("[data-focus]", part)?.focus();
});

async function renew(part, answer) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(part.dataset.newsOf);
  const said = page.querySelector("#main .note:has([data-refusal]), #main .error-summary, .notes .note");
  part.replaceChildren(...[said, fresh].filter(Boolean).map((one) => document.adoptNode(one)));
  window.htmx?.process(part);
}

// A part of the session's page as it is now, unless someone is typing in it.
async function look(name) {
  const part = find(`[data-news-of=${name}]`);
  if (all("textarea", part).some((field) => field.value !== field.defaultValue)) return;
  const answer = await fetch(room.dataset.page).catch(() => null);
  if (answer?.ok) await renew(part, answer);
}

addEventListener("pagehide", () => call.seat && exchange({ leaves: true }));
document.addEventListener("hint", ({ detail }) => detail.part === "room" && exchange());
addEventListener("online", () => call.seat && exchange());
document.addEventListener("visibilitychange", () => {
  if (document.hidden || !call.seat) return;
  stayAwake();
  exchange();
});

// ── Begin ───────────────────────────────────────────────────────────────────────────────────────────────────────────
async function begin() {
  const { startsIn, endsIn, opensIn } = room.dataset;
  Object.assign(clock, { read: performance.now(), startsIn: +startsIn, endsIn: +endsIn, opensIn: +opensIn });
  if (!window.RTCPeerConnection) return show("unsupported");
  show(state());
  setInterval(tick, SECOND);
  setInterval(watchLine, 2 * SECOND);
  tick();
  await openDevices();
  probeNetwork();
  navigator.mediaDevices?.addEventListener?.("devicechange", listDevices);
  // Loaded again in the middle of the call
  if (state() === "lobby" && sessionStorage.getItem(KEPT)) await join();
}

begin();
