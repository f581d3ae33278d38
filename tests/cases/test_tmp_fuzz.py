import schemathesis, httpx
from hypothesis import settings, HealthCheck, given, Phase
from tests.factories import World
from tests.cases.story import *
from app.main import create_app
from app.config import Settings
from collections import Counter
def test_fuzz(world: World, settings):
    from hypothesis import settings as hs
    app = create_app(settings, opener=lambda _: world.runtime)
    spec = app.openapi()
    person = registered(world)
    actor, shelter, ref = shared_with(world, person, "car_caseworker")
    plan = ok(person.client.post(f"{API}/plans", json={"case": person.case, "place_of_execution": "LUGAR_DE_ORIGEN"}),201)["code"]
    fill = {"cases": person.case, "referrals": ref, "plans": plan, "placements": "AL-0000-0000"}
    schema = schemathesis.openapi.from_dict(spec)
    schema.config.update(base_url=world.base_url) if hasattr(schema.config,'update') else None
    counts = Counter(); bad=[]
    for op in schema.get_all_operations():
        o = op.ok()
        slice_ = o.path.split("/")[3]
        if slice_ not in fill: continue
        @given(case=o.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE) | o.as_strategy())
        @hs(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate], database=None)
        def run(case):
            import random
            if case.path_parameters and random.random() < .8:
                case.path_parameters["code"] = fill[slice_]
            kw = case.as_transport_kwargs(base_url=world.base_url)
            kw["headers"] = {**{k: v for k, v in (kw.get("headers") or {}).items()}, "Authorization": person.client.headers["authorization"]}
            if random.random() < .7 and case.method in ("POST","PATCH"): kw["headers"]["If-Match"] = '"1"'
            try:
                r = httpx.request(**{k:v for k,v in kw.items() if k in ("method","url","json","content","headers","params","data")}, timeout=20)
            except (httpx.InvalidURL, UnicodeEncodeError, httpx.LocalProtocolError, ValueError, TypeError) as e:
                counts["client-"+type(e).__name__]+=1; return
            counts[(slice_, r.status_code)] += 1
            if r.status_code >= 500: bad.append((o.method, o.path, r.status_code, str(kw)[:600]))
        try:
            run()
        except Exception as e:
            print("ERR", o.method, o.path, type(e), str(e)[:200])
    for k,v in sorted(counts.items(), key=str): print(k,v)
    for b in bad[:10]: print(b)
    assert not bad
