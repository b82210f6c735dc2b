// @ts-check
/* What a run had no more time for. Each rest is kept under a name of its own until it is done: two never meet. */

const TAGIH_RESUMES = 6;
const TAGIH_RESUME_MS = 10 * 60 * 1000; // longer than any run lasts: the next one begins after it
const TAGIH_REST = 'TAGIH_REST_';

/**
 * Goes on with the rest that has waited longest. It is kept until it is done, whatever ends this run; after
 * TAGIH_RESUMES attempts in vain it is given up, and Google writes of that.
 */
function tagihResume() {
  tagihRemoveTriggers_('tagihResume');
  const [job] = tagihRests_();
  if (!job) return;
  const tries = (job.tries || 0) + 1;
  tagihKeep_({ ...job, tries: tries }, TAGIH_RESUME_MS);
  tagihWake_(TAGIH_RESUME_MS);
  const ended = tagihRun_({ ...job, tries: tries });
  const isOver = !ended.goesOn && (ended.ok || tries >= TAGIH_RESUMES);
  if (isOver) PropertiesService.getUserProperties().deleteProperty(String(job.name));
  tagihWakeForRests_();
  if (isOver && !ended.ok) throw new Error(ended.text);
}

/**
 * Keeps the rest of a run, and wakes it.
 * @param {TagihJob} job
 * @param {number} after in ms
 */
function tagihLater_(job, after) {
  tagihKeep_(job, after);
  tagihWakeForRests_();
}

/**
 * In the properties of the one whose run it is: it goes on with that person's key, by that person's trigger.
 * @param {TagihJob} job
 * @param {number} after in ms
 */
function tagihKeep_(job, after) {
  const same = tagihRests_().find((one) => tagihRows_(one) === tagihRows_(job));
  const name = job.name || (same && same.name) || TAGIH_REST + Utilities.getUuid();
  const kept = { ...job, name: name, at: Date.now() + after };
  PropertiesService.getUserProperties().setProperty(name, JSON.stringify(kept));
}

/** @returns {TagihJob[]} the one that has waited longest comes first */
function tagihRests_() {
  const properties = PropertiesService.getUserProperties();
  const names = properties.getKeys().filter((name) => name.indexOf(TAGIH_REST) === 0);
  const jobs = names.map((name) => JSON.parse(properties.getProperty(name) || 'null')).filter(Boolean);
  return jobs.sort((one, other) => one.at - other.at);
}

/**
 * Which rows a job is about: the same ones wait once.
 * @param {TagihJob} job
 */
function tagihRows_(job) {
  return JSON.stringify([job.sheet, job.first, job.last, job.mode, Boolean(job.start), job.only || null]);
}

/** One trigger for all that waits, at the time of the first. */
function tagihWakeForRests_() {
  const [next] = tagihRests_();
  tagihRemoveTriggers_('tagihResume');
  if (next) tagihWake_(Math.max(TAGIH_PAUSE_MS, (next.at || 0) - Date.now()));
}

/** @param {number} after in ms */
function tagihWake_(after) {
  tagihRemoveTriggers_('tagihResume');
  ScriptApp.newTrigger('tagihResume').timeBased().after(after).create();
}
