import sharp from "sharp";
import { paint } from "./demo/generator/generate.ts";
import { SCENES } from "./demo/generator/scenes.ts";
const names = Object.keys(SCENES) as any[];
const out = process.argv[2] ?? "/tmp/sheet.png";
const SHAPES=[[2160,1440],[2400,1350],[1440,2160],[4200,2800],[2160,1440],[2000,1600],[2500,1390],[4500,2530]];
const only = process.argv[3];
const list=[];let k=0;const t=Date.now();
for (let seed=0;seed<36;seed++){ const n=names[seed%names.length]; if (only && n!==only) continue; const [w,h]=SHAPES[seed%8]!; const hh=w!>h!?220:330; const ww=Math.round(hh*w!/h!);
 const buf=await sharp(await paint(n,seed,Math.round(w!/2),Math.round(h!/2))).resize({height:230}).toBuffer({resolveWithObject:true}); list.push(buf); }
let x=0,y=0;const comps=[];for(const b of list){ if(x+b.info.width>1600){x=0;y+=236;} comps.push({input:b.data,left:x,top:y}); x+=b.info.width+6; }
await sharp({create:{width:1600,height:y+236,channels:3,background:"#fff"}}).composite(comps).png().toFile(out); console.log(Date.now()-t);
