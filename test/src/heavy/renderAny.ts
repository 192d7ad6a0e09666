/** The engine with the heavy Worker's decoders in the same process: what both Workers do together, without the hop. */
import { Failure } from "../../../src/errors.ts";
import { decodeHeavy } from "../../../src/heavy/decodeHeavy.ts";
import { isHeavy } from "../../../src/image/formats/registry.ts";
import { type Decoded, stillPicture } from "../../../src/image/picture.ts";
import { type Plan, planRender } from "../../../src/image/plan.ts";
import { type Opened, openFile } from "../../../src/image/readHeader.ts";
import { renderImage } from "../../../src/image/renderImage.ts";
import type { RenderOrder, Rendition } from "../../../src/image/rendition.ts";
import { resolve } from "../../../src/image/resolve.ts";
import { type See, shrunk } from "../../../src/image/see.ts";

/** `onDecode` is told the size of each view that is decoded there. */
export async function renderAny(
  order: RenderOrder,
  onDecode: (width: number, height: number) => void = () => undefined,
): Promise<Rendition> {
  const opened = await openFile(order.bytes);
  const { bytes, source } = opened;
  const whole = { ...order, ...opened };
  if (!isHeavy(source.format)) return renderImage(whole);
  const decode = (plan: Plan) => {
    onDecode(plan.view.width, plan.view.height);
    return decodeThere(opened, plan);
  };
  // As rendition/decodeHeavy.ts does it.
  const see: See = async (plan) => shrunk(await decode(plan), source, plan, true);
  const common = { limits: order.limits, fileBytes: bytes.length };
  const resolved = await resolve(source, { transform: order.transform, ...common, mostSeen: 4_000_000 }, see, false);
  const plan = planRender(source, { ...whole, ...common, transform: resolved.transform, area: resolved.area });
  return renderImage({ ...whole, resolved, decoded: await decode(plan) });
}

async function decodeThere({ bytes: file, source }: Opened, { view, decoders }: Plan): Promise<Decoded> {
  const [decoder] = decoders;
  if (decoder === undefined) throw new Error("no decoder is planned");
  // The bytes and the order pass as they do through a service binding.
  const [bytes, sent] = structuredClone([
    file,
    { decoder, source: { ...source, icc: null }, view, least: false },
  ] as const);
  const answer = structuredClone(await decodeHeavy(bytes, sent, () => undefined));
  if ("reason" in answer) throw new Failure(answer.reason, answer.facts, answer.detail);
  return { picture: stillPicture(answer.pixels), truncated: answer.truncated };
}
