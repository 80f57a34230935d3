const b=this,t=b.nextElementSibling,said=b.dataset.said||(b.dataset.said=b.textContent);t.select();
(navigator.clipboard?navigator.clipboard.writeText(t.value):Promise.reject())
.catch(()=>{if(!document.execCommand('copy'))throw 0})
.then(()=>{b.textContent=b.dataset.done;setTimeout(()=>{b.textContent=said},1500)},()=>{})
