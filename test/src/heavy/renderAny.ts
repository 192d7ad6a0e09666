/** The engine with the heavy Worker's decoders in the same process: what both Workers do together, without the hop. */
import { Failure } from "../../../src/errors.ts";
import { decodeHeavy } from "../../../src/heavy/decodeHeavy.ts";
import { isHeavy } from "../../../src/image/formats/registry.ts";
import { stillPicture } from "../../../src/image/picture.ts";
import { planRender } from "../../../src/image/plan.ts";
import { openFile } from "../../../src/image/readHeader.ts";
import { renderImage } from "../../../src/image/renderImage.ts";
import type { RenderOrder, Rendition } from "../../../src/image/rendition.ts";

export async function renderAny(order: RenderOrder): Promise<Rendition> {
  const opened = await openFile(order.bytes);
  const whole = { ...order, ...opened };
  if (!isHeavy(opened.source.format)) return renderImage(whole);
  const { view, decoders } = planRender(opened.source, { ...whole, fileBytes: opened.bytes.length });
  const [decoder] = decoders;
  if (decoder === undefined) throw new Error("no decoder is planned");
  // The bytes and the order pass as they do through a service binding.
  const [bytes, sent] = structuredClone([
    opened.bytes,
    { decoder, source: { ...opened.source, icc: null }, view, least: false },
  ] as const);
  const answer = structuredClone(await decodeHeavy(bytes, sent, () => undefined));
  if ("reason" in answer) throw new Failure(answer.reason, answer.facts, answer.detail);
  return renderImage({ ...whole, decoded: { picture: stillPicture(answer.pixels), truncated: answer.truncated } });
}
