import time, pathlib, itertools, collections, cProfile, pstats
from app.services.interop import ctdc, importing
from app.services.interop.importing import begin, run
import app.services.victims.registration as reg, app.audit.record as rec, app.db as db
def test_x(world, tmp_path):
    a=world.actor("police_investigator")
    src=pathlib.Path('/work/shared/data/ctdc/ctdc_global_kanon_2020_enriched11.csv').read_text().splitlines()
    T=collections.Counter(); N=collections.Counter()
    orig=db.insert_rows
    def ins(session,table,rows):
        t=time.perf_counter(); orig(session,table,rows); T[table.__tablename__]+=time.perf_counter()-t; N[table.__tablename__]+=len(rows)
    reg.insert_rows=ins; rec.insert_rows=ins; importing.insert_rows=ins
    for n,batch in ((1,1000),(8,1000),(8,250)):
        p=tmp_path/f"{n}{batch}.csv"; p.write_text("\n".join([src[0],*src[(100+n*5000+batch*5):(100+n*5000+batch*5)+6000]]))
        T.clear(); N.clear()
        s=begin(p,ctdc.FORMAT)
        pr=cProfile.Profile() if n==1 else None
        t=time.time()
        if pr: pr.enable()
        run(world.runtime.database,a,p,ctdc.FORMAT,s,commit=True,done=lambda o: None,batch=batch)
        if pr: pr.disable()
        print(batch,time.time()-t, s.results)
        for k,v in T.most_common(): print("  %-20s %.2f s %6d %.0f us"%(k,v,N[k],v/max(1,N[k])*1e6))
        if pr: pstats.Stats(pr).sort_stats('tottime').print_stats(30)
