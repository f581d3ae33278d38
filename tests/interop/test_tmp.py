import time, cProfile, pstats
from app.services.interop.exporting import Exported, export_htcds
from tests.interop.files import *
def test_x(world, tmp_path):
    a=world.actor("police_investigator")
    load(world,a,ctdc_file(tmp_path/"c.csv",ctdc_rows(4000)),CTDC,batch=1000)
    pr=cProfile.Profile(); t=time.time(); pr.enable()
    n=len(list(export_htcds(world.runtime.database,a,Exported()))); pr.disable()
    print(n,time.time()-t)
    pstats.Stats(pr).sort_stats('cumtime').print_stats(28)
