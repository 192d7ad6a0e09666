/** The query of a Photon URL (request/grammars/photon.ts reads it). */
import { type Check, decimal, fieldsOf, orZero, refuse, side, whole } from "./values.ts";

const percent = decimal(0, 100);
const cropSide = orZero(0.0001, 100);

const box: Check = (value, name) => {
  if (!Array.isArray(value) || value.length !== 2) return refuse(value, name, "[width, height]");
  return value.map((one: unknown) => side(one, name)).join();
};

const crop: Check = (value, name) => {
  const { x, y, width, height } = fieldsOf(value, name, ["x", "y", "width", "height"]);
  return [
    percent(x, `${name}.x`),
    percent(y, `${name}.y`),
    cropSide(width, `${name}.width`),
    cropSide(height, `${name}.height`),
  ].join();
};

const WRITERS: Readonly<Record<string, readonly [parameter: string, write: Check]>> = {
  crop: ["crop", crop],
  width: ["w", side],
  height: ["h", side],
  fit: ["fit", box],
  resize: ["resize", box],
  quality: ["quality", whole(1, 100)],
  zoom: ["zoom", decimal(0.1, 10)],
};

/** `w=320&ssl=1&q=...`. `search`: the source's own query. Throws a TypeError or a RangeError. */
export function photonQuery(options: object, isHttps: boolean, search: string): string {
  const values = fieldsOf(options, "options", Object.keys(WRITERS));
  const parts = Object.entries(WRITERS).flatMap(([name, [parameter, write]]) => {
    const value = values[name];
    return value === undefined ? [] : [`${parameter}=${write(value, name)}`];
  });
  if (isHttps) parts.push("ssl=1");
  if (search !== "") parts.push(`q=${encodeURIComponent(search)}`);
  return parts.join("&");
}
