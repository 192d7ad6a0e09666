/** What a row of Openverse's table `image` says of a picture's source: its address of the creator and its `meta_data`. Pure. */
import { isObject } from "../record.ts";
import { type Attributable, NOTHING_SAID } from "./subProviderOf.ts";

/** `meta`: the column `meta_data`, parsed; anything that is no object says nothing. Never throws. */
export function attributableOf(provider: string | null, creatorUrl: string | null, meta: unknown): Attributable {
  const said = { ...NOTHING_SAID, provider, creatorUrl };
  if (!isObject(meta)) return said;
  const institutions = meta.dataProvider ?? meta.data_provider ?? [];
  return {
    ...said,
    dataProviders: (Array.isArray(institutions) ? institutions : [institutions]).flatMap((one) => textOf(one) ?? []),
    unitCode: textOf(meta.unit_code),
    building: textOf(meta.building),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
